// SPDX-License-Identifier: MIT
// Unmounting what is mounted in a guarded tree.
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/uncover/
//   tree/inner/    a filesystem is mounted there, guarded in most tests
//   outer/         and there, never guarded
const lab = useLab('uncover');
const [tree, inner, outer] = [lab.path('tree'), lab.path('tree/inner'), lab.path('outer')];
let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(`mkdir -p ${inner} ${outer}`);
  watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
});

beforeEach(() => vm.ok(`mount -t tmpfs inner ${inner} && mount -t tmpfs outer ${outer}`));

afterEach(async () => {
  await lab.guard.clear();
  await vm.ok(`umount ${inner}; umount ${outer}; true`);
});

afterAll(() => watcher.end());

it.each(['umount', 'umount-lazy'])('who may not mount in a tree cannot %s there', async (route) => {
  const {id} = await lab.guard.add(tree, {tree: true, ops: ['mount'], pids: [lab.owner.pid]});
  await expectRefusal({
    actor: lab.intruder,
    watcher,
    words: [route, inner],
    op: 'mount',
    rule: id,
    path: inner,
    unchanged: () => vm.ok('cat /proc/self/mountinfo'),
  });
  expect(await lab.intruder.do(route, outer)).toBe('OK');
  expect(await lab.owner.do(route, inner)).toBe('OK');
});

it('a mount point that is guarded itself is not bared', async () => {
  await lab.guard.add(inner, {pids: [lab.owner.pid]});
  expect(await lab.intruder.do('umount', inner)).toBe('EACCES');
  await watcher.next();
  expect(await lab.owner.do('umount', inner)).toBe('OK');
});

it('is let through where the tree is guarded for other things', async () => {
  await lab.guard.add(tree, {tree: true, ops: ['read', 'write'], pids: [lab.owner.pid]});
  expect(await lab.intruder.do('umount', inner)).toBe('OK');
});
