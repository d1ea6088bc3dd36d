// SPDX-License-Identifier: MIT
// Thousands of system calls on files that no rule is about, with errors on
// purpose: without the module, with it, and with rules of every kind elsewhere
// the same comes of each.
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {maskOf, OPS} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import type {GuestProcess} from './runner/process.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/transparency/
//   disk/{place,guarded}/   ext4: where the battery is fired, and files of rules beside it
//   disk/ro/file            a read-only filesystem
//   disk/other/             another filesystem
//   guarded/                files of rules
//   mount/secret            a filesystem whose mount is guarded
const lab = useLab('transparency');
const disk = lab.path('disk');
const battery = path.join(PROGRAMS, 'battery');
const BATTERY_TIMEOUT = 400_000 * PATIENCE;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 32M image &&
     mkfs.ext4 -q -O ^has_journal image && mkdir disk mount guarded guarded/tree &&
     mount -o loop image disk && mkdir disk/ro disk/other disk/guarded &&
     mount -t tmpfs other disk/other && mount -t tmpfs ro disk/ro && printf ro >disk/ro/file &&
     mount -o remount,ro disk/ro && mount -t tmpfs mount mount && touch mount/secret &&
     cd guarded && touch one two strict log disk.own ../disk/guarded/secret tree/file`,
  );
});

afterAll(async () => {
  await lab.guard.clear();
  await vm.ok(`cd ${lab.directory} && umount mount disk/other disk/ro disk`);
});

async function fire(): Promise<string[]> {
  const output = await vm.ok([battery, disk], {timeout: BATTERY_TIMEOUT});
  return output.trimEnd().split('\n');
}

/** Rules that are about none of it: by path, tree, suffix and mount, for all kinds of subjects. */
async function guardElsewhere(): Promise<void> {
  const pids = [lab.owner.pid];
  const guarded = (name: string): string => lab.path(`guarded/${name}`);
  await lab.guard.add(guarded('one'), {pids});
  await lab.guard.add(guarded('two'), {
    ...{uids: [7], gids: [7], loginuids: [7]},
    exes: ['/bin/true'],
  });
  await lab.guard.add(guarded('absent'), {pids, children: true});
  await lab.guard.add(guarded('log'), {otherwise: 'log'});
  await lab.guard.add(guarded('asked'), {otherwise: 'ask'});
  await lab.guard.add(guarded('strict'), {pids, strict: true});
  await lab.guard.add(guarded('tree'), {tree: true, strict: true, pids});
  await lab.guard.add(undefined, {suffix: '.guarded'});
  await lab.guard.add(lab.path('guarded'), {suffix: 'e', strict: true});
  await lab.guard.add(lab.path('mount/secret'), {ops: ['mount'], pids});
  await lab.guard.add(`${disk}/guarded/secret`, {pids});
  await lab.guard.add(`${disk}/guarded`, {tree: true, ops: OPS.filter((op) => op !== 'mount')});
  await lab.guard.do('add-many', {prefix: guarded('many'), count: 500});
}

let plain: string[];

/** Root's mark on all of a mount, which would tell of what is guarded on it, too. */
const isWholeMark = (line: string): boolean => /^root.*\bfanotify-mount\b/.test(line);

describe('what comes of system calls', () => {
  it(
    'is told in thousands of lines, for root and for a user',
    {timeout: BATTERY_TIMEOUT},
    async () => {
      await vm.ok('rmmod fguard');
      plain = await fire();
      await vm.ok('modprobe fguard');
      await lab.reconnect();
      expect(plain.length).toBeGreaterThan(3000);
      for (const who of ['root', 'user'])
        for (const how of [
          '0',
          'EACCES',
          'ENOENT',
          'ENOTDIR',
          'ELOOP',
          'ENAMETOOLONG',
          'EROFS',
          'EXDEV',
        ])
          expect(plain.some((line) => line.startsWith(who) && line.includes(` ${how}`))).toBe(true);
    },
  );

  it('is the same with the module loaded and no rule', {timeout: BATTERY_TIMEOUT}, async () => {
    expect(await fire()).toEqual(plain);
  });

  it(
    'is the same with rules elsewhere, and somebody who watches it all',
    {timeout: BATTERY_TIMEOUT},
    async () => {
      await guardElsewhere();
      const answerer = await Answerer.start();
      const watcher: GuestProcess = vm.spawn(
        `exec ${PROGRAMS}/guard watch all=1 ops=${maskOf(OPS)} >/dev/null`,
      );
      const before = await lab.guard.until(({subscribers}) => subscribers > 0);
      const guarded = await fire();
      const after = await lab.guard.status();
      watcher.kill('SIGKILL');
      expect(await watcher.exit).toMatchObject({signal: 'SIGKILL'});
      await answerer.end();
      expect(Object.values(after.hooks)).not.toContain('idle');
      expect(after.events - before.events).toBeGreaterThan(1000);
      expect(after.denied - before.denied).toBe(1);
      expect(guarded.filter(isWholeMark)).toEqual([expect.stringContaining('EACCES')]);
      const others = (line: string): boolean => !isWholeMark(line);
      expect(guarded.filter(others)).toEqual(plain.filter(others));
    },
  );
});
