// SPDX-License-Identifier: MIT
// Copies that share their blocks with the file.
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/clones/disk/{secret,copy}   btrfs; secret is "treasure"
const lab = useLab('clones');
const disk = lab.path('disk');
const [secret, copy] = [`${disk}/secret`, `${disk}/copy`];
let intruder: Actor;
let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && modprobe -a loop btrfs && truncate -s 128M image && mkfs.btrfs -q image &&
     mkdir disk && mount -o loop image disk && printf treasure >disk/secret && printf other >disk/copy`,
  );
  intruder = await Actor.start();
  expect(await intruder.do('hold', secret)).toBe('OK');
  watcher = await Watcher.start({verdict: 'deny', pids: [intruder.pid]});
});

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await watcher.end();
  await intruder.end();
  await vm.ok(`umount ${disk}`);
});

it('cannot be made by a process that may not open the file', async () => {
  await lab.guard.add(secret, {pids: [lab.owner.pid]});
  const before = await lab.owner.show(copy);
  expect((await vm.run(['cp', '--reflink=always', secret, copy])).code).not.toBe(0);
  expect((await vm.run(['cp', '--reflink=always', copy, secret])).code).not.toBe(0);
  expect(await lab.owner.show(secret)).toContain('content=treasure');
  expect(await lab.owner.show(copy)).toBe(before);
});

it.each([
  ['fd-clone', 'read'],
  ['fd-clone-into', 'write'],
  ['fd-copy', 'read'],
  ['fd-copy-into', 'write'],
] as const)('cannot be made by %s of a descriptor from before a strict rule', async (route, op) => {
  const {id} = await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
  const unchanged = async (): Promise<string[]> => [
    await lab.owner.show(secret),
    await lab.owner.show(copy),
  ];
  const words = [route, secret, copy];
  await expectRefusal({actor: intruder, watcher, words, op, rule: id, path: secret, unchanged});
});

it('can be made where the rule is not strict', async () => {
  await lab.guard.add(secret, {pids: [lab.owner.pid]});
  expect(await intruder.do('fd-clone', secret, copy)).toBe('OK');
  expect(await lab.owner.show(copy)).toContain('content=treasure');
});
