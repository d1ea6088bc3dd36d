// SPDX-License-Identifier: MIT
// Being told of what happens to what may not be listed or read.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/watches/          a filesystem of its own
//   folder/secret        both guarded in turn; the owner gets in
//   free
//   other/               another filesystem
const lab = useLab('watches');
const intruders = useIntruders(lab);
const [folder, secret, free, other] = ['folder', 'folder/secret', 'free', 'other'].map(
  lab.path,
) as [string, string, string, string];

beforeAll(() =>
  vm.ok(
    `mount -t tmpfs watches ${lab.directory} && mkdir ${folder} && printf treasure >${secret} &&
     touch ${free} && mkdir ${other} && mount -t tmpfs other ${other}`,
  ),
);

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await lab.guard.clear();
  await vm.ok(`umount ${other} && umount ${lab.directory}`);
});

describe.each(SIZES)('a %s that is not allowed', (program) => {
  const refused = (route: string, place: string, op: Op, rule: number) =>
    expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, place],
      op,
      rule,
      path: place,
      unchanged: false,
    });

  it.each(['inotify', 'fanotify', 'fanotify-names'])(
    'is told by %s of no names in a directory that it may not list',
    async (route) => {
      const {id} = await lab.guard.add(folder, {ops: ['list'], pids: [lab.owner.pid]});
      await refused(route, folder, 'list', id);
      expect(await intruders[program].do('inotify', secret)).toBe('OK');
      // tmpfs has no handles for this before 5.13
      expect(await lab.owner.do(route, folder)).not.toBe('EACCES');
    },
  );

  it.each(['inotify', 'fanotify'])('is told by %s of no access to a file', async (route) => {
    const {id} = await lab.guard.add(secret, {ops: ['read'], pids: [lab.owner.pid]});
    await refused(route, secret, 'read', id);
    expect(await intruders[program].do(route, free)).toBe('OK');
    expect(await lab.owner.do(route, secret)).toBe('OK');
  });

  it('is told by dnotify of nothing through a descriptor from before', async () => {
    const actor = await Actor.start({program});
    expect(await actor.do('hold-dir', folder)).toBe('OK');
    const {id} = await lab.guard.add(folder, {tree: true, pids: [lab.owner.pid]});
    expect(await actor.do('fd-dnotify', folder)).toBe('EACCES');
    expect(await lab.guard.list()).toMatchObject([{id, denied: 1}]);
    await actor.end();
  });

  it.each(['fanotify-mount', 'fanotify-filesystem'])(
    'is told by %s of nothing where a rule about that file system refuses it',
    async (route) => {
      const {id} = await lab.guard.add(secret, {ops: ['read'], pids: [lab.owner.pid]});
      await refused(route, lab.directory, 'read', id);
      expect(await intruders[program].do(route, other)).not.toBe('EACCES');
      expect(await lab.owner.do(route, lab.directory)).not.toBe('EACCES');
    },
  );
});

it('who asks to be told is asked about', async () => {
  const answerer = await Answerer.start();
  await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
  for (const [verdict, result] of [
    ['allow', 'OK'],
    ['deny', 'EACCES'],
  ] as const) {
    lab.intruder.say('inotify', secret);
    expect(await answerer.reply({verdict})).toMatchObject({op: 'read', path: secret});
    expect(await lab.intruder.answer()).toBe(result);
  }
  await answerer.end();
});
