// SPDX-License-Identifier: MIT
// Threads of the kernel change files without a system call. kdevtmpfs makes and
// removes the nodes of devices, as a file server in the kernel would.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

const lab = useLab('kernel-threads');
const NODE = '/dev/zram0';
const isThere = async () => (await vm.run(['test', '-e', NODE])).code === 0;
let watcher: Watcher;
let thread: number;

beforeAll(async () => {
  thread = Number(
    await vm.ok("awk '/^Name:.kdevtmpfs/ {print FILENAME}' /proc/[0-9]*/status | grep -o '[0-9]*'"),
  );
  watcher = await Watcher.start({verdict: 'deny', pids: [thread]});
});
afterEach(() => lab.guard.clear());
afterAll(async () => {
  await watcher.end();
  await vm.ok(`modprobe -r zram; rm -f ${NODE}`);
});

describe('a thread of the kernel that is not allowed', () => {
  it('cannot create a guarded name', async () => {
    const {id} = await lab.guard.add(NODE, {pids: [lab.owner.pid]});
    await vm.ok('modprobe zram num_devices=1');
    expect(await watcher.next()).toMatchObject({
      op: 'create',
      path: NODE,
      rule: id,
      comm: 'kdevtmpfs',
      exe: '',
    });
    expect(await isThere()).toBe(false);
  });

  it('can where nothing is guarded', async () => {
    await vm.ok('modprobe -r zram && modprobe zram num_devices=1');
    expect(await isThere()).toBe(true);
  });

  it('cannot delete a guarded object', async () => {
    const {id} = await lab.guard.add(NODE, {pids: [lab.owner.pid]});
    await vm.ok('modprobe -r zram');
    // it changes the owner and the mode of what it deletes
    for (let op = ''; op !== 'delete';) {
      const event = await watcher.next();
      expect(event).toMatchObject({rule: id, path: NODE});
      op = event.op;
    }
    expect(await isThere()).toBe(true);
  });
});
