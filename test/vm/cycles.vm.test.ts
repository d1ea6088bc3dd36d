// SPDX-License-Identifier: MIT
// Filesystems come and go below rules, while others work and rules change.
import {afterAll, beforeAll, expect, it} from 'vitest';
import path from 'node:path';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import type {RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import type {GuestProcess} from './runner/process.js';
import {vm} from './runner/shared.js';

// /tmp/cycles/
//   disk/{secret,folder/file}   ext4, which comes and goes
//   storm/{secret,free}         where others are busy; guarded now and then
const lab = useLab('cycles');
const disk = lab.path('disk');
const secret = `${disk}/secret`;
/** With a rule that is strict in one, and in the other not. */
const ROUNDS = 2;
const STORMERS = 2;
let device: string;
let load: Actor[];
let others: GuestProcess[];

/** Rules that come and go, and somebody who is told everything. */
const GUARD = path.join(PROGRAMS, 'guard');
const CHURN = `while ${GUARD} add path=/tmp/cycles/storm/secret && ${GUARD} add suffix=.x && ${GUARD} del path=/tmp/cycles/storm/secret; do :; done >/dev/null`;

beforeAll(async () => {
  device = (
    await vm.ok(
      `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 16M image && mkfs.ext4 -q image &&
       mkdir disk storm && touch storm/secret storm/free && losetup -f --show image`,
    )
  ).trim();
  await vm.ok(
    `mount ${device} ${disk} && cd ${disk} && mkdir folder && printf treasure | tee secret >folder/file &&
     cd / && umount ${disk}`,
  );
  load = await Promise.all(Array.from({length: STORMERS}, () => Actor.start()));
  for (const actor of load) expect(await actor.do('storm', lab.path('storm'))).toBe('storming');
  others = [vm.spawn(CHURN), vm.spawn(`exec ${GUARD} watch all=1 >/dev/null`)];
});

afterAll(async () => {
  for (const process of others) {
    process.kill('SIGKILL');
    // and not before, because of anything that was refused
    expect(await process.exit).toMatchObject({signal: 'SIGKILL'});
  }
  for (const actor of load) {
    expect(await actor.do('stat', '/')).toMatch(/\bOK=\d+.* EACCES=\d+/);
    expect(await actor.answer()).toBe('OK');
    await actor.end();
  }
  await vm.ok(`losetup -d ${device}`);
});

const ops: RuleRequest['ops'] = ['read', 'write', 'delete', 'rename', 'create', 'attr', 'list'];

async function expectGuarded(): Promise<void> {
  for (const route of ['open', 'open-write', 'handle', 'unlink', 'chmod'])
    expect([route, await lab.intruder.do(route, secret)]).toEqual([route, 'EACCES']);
  expect(await lab.intruder.do('open', `${disk}/folder/file`)).toBe('EACCES');
  expect(await lab.owner.show(secret)).toContain('content=treasure');
}

it('a filesystem is unmounted and mounted as if there were no rules, and is guarded again', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await vm.ok(`mount ${device} ${disk}`);
    await lab.guard.add(secret, {pids: [lab.owner.pid], ops});
    await lab.guard.add(`${disk}/folder`, {tree: true, pids: [lab.owner.pid], ops});
    await lab.guard.add(disk, {suffix: '.x', strict: round % 2 === 1, ops});
    await expectGuarded();
    await vm.ok(`umount ${disk}`);
    expect(await lab.intruder.do('open', secret)).toBe('ENOENT');
    await vm.ok(`mount ${device} ${disk}`);
    await expectGuarded();
    await lab.guard.do('del', {path: secret});
    await lab.guard.do('del', {path: `${disk}/folder`});
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    await vm.ok(`umount ${disk}`);
  }
});

it('a filesystem that is gone for good leaves nothing behind', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await vm.ok(`mount -t tmpfs gone ${disk} && printf treasure >${secret}`);
    await lab.guard.add(secret, {pids: [lab.owner.pid], ops});
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await vm.ok(`umount ${disk}`);
    // what comes next has the same inode numbers, and is another filesystem
    await vm.ok(`mount -t tmpfs other ${disk} && printf other >${disk}/else`);
    expect(await lab.intruder.do('open', `${disk}/else`)).toBe('OK');
    expect(await lab.intruder.do('open-write', `${disk}/else`)).toBe('OK');
    await vm.ok(`umount ${disk}`);
    const [rule] = (await lab.guard.list()).filter((one) => one.path === secret);
    await lab.guard.do('del', {id: rule?.id});
  }
});
