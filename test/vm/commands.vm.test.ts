// SPDX-License-Identifier: MIT
// Commands to a disk that go past what its descriptor was opened for, and past the cache.
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/commands/
//   node    another node of DISK, a disk of SCSI in memory
const lab = useLab('commands');
const intruders = useIntruders(lab);
const node = lab.path('node');
const NOBODY = 65534;
const WRITES = ['disk-write', 'disk-write-old', 'disk-write-disc'];
let disk: string;

beforeAll(async () => {
  await vm.ok('modprobe sd_mod && modprobe scsi_debug dev_size_mb=8');
  const name = await vm.ok(
    `until ls -d /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/* 2>/dev/null; do :; done`,
  );
  disk = `/dev/${name.trim().split('/').at(-1)}`;
  const number = await vm.ok(
    `until [ -b ${disk} ]; do :; done; cat /sys/class/block/${disk.slice(5)}/dev`,
  );
  await vm.ok(`mknod ${node} b ${number.trim().replace(':', ' ')} && chmod 644 ${node}`);
});

beforeEach(() => vm.ok(`dd if=/dev/zero of=${disk} bs=4k count=1 oflag=direct 2>&1`));

afterEach(() => lab.guard.clear());

afterAll(() => vm.ok('modprobe -r scsi_debug'));

/** The first bytes, as the disk has them. */
const first = () => vm.ok(`dd if=${disk} bs=4k count=1 iflag=direct 2>/dev/null | md5sum`);

describe.each(SIZES)('a %s that may read a disk', (program) => {
  it.each(WRITES)('writes nothing by %s', async (route) => {
    const {id: rule} = await lab.guard.add(disk, {ops: ['write'], pids: [lab.owner.pid]});
    for (const path of [disk, node])
      await expectRefusal({
        actor: intruders[program],
        watcher: intruders.watcher,
        words: [route, path],
        op: 'write',
        rule,
        path,
        unchanged: first,
      });
    const before = await first();
    expect(await lab.owner.do(route, disk)).toBe('OK');
    expect(await first()).not.toBe(before);
  });
});

it('who may write reads nothing that only others may', async () => {
  const {id: rule} = await lab.guard.add(disk, {ops: ['read'], pids: [lab.owner.pid]});
  await expectRefusal({
    actor: lab.intruder,
    watcher: intruders.watcher,
    words: ['disk-read-as-writer', disk],
    op: 'read',
    rule,
    path: disk,
    unchanged: false,
  });
  expect(await lab.owner.do('disk-read-as-writer', disk)).toBe('OK');
});

it('who could only read by commands may, where writing is guarded', async () => {
  await lab.guard.add(node, {ops: ['write']});
  const user = await Actor.start({
    through: ['setpriv', `--reuid=${NOBODY}`, '--clear-groups', '--bounding-set=-all'],
  });
  expect(await user.do('disk-read', node)).toBe('OK');
  expect(await user.do('disk-write', node)).toBe('EPERM');
  await user.end();
});

describe('a descriptor from before a strict rule', () => {
  let holder: Actor;

  beforeEach(async () => {
    holder = await Actor.start();
  });

  afterEach(() => holder.end());

  it.each(['fd-disk-write', 'fd-disk-write-old', 'fd-disk-write-disc', 'fd-disk-read'])(
    'is good for nothing, of whatever node: %s',
    async (route) => {
      for (const held of [disk, node]) {
        expect(await holder.do('hold', held)).toBe('OK');
        const before = await first();
        await lab.guard.add(disk, {strict: true, pids: [lab.owner.pid]});
        expect([held, await holder.do(route, '-')]).toEqual([held, 'EACCES']);
        await lab.guard.clear();
        expect(await first()).toBe(before);
        expect(await holder.do(route, '-')).toBe('OK');
      }
    },
  );

  it.each(['fd-zero-blocks', 'fd-discard-blocks'])('nor for %s', async (route) => {
    expect(await holder.do('hold', node)).toBe('OK');
    await lab.guard.add(disk, {strict: true, ops: ['write']});
    expect(await holder.do(route, '-')).toBe('EACCES');
  });

  it('reads nothing by commands where only reading is guarded', async () => {
    expect(await holder.do('hold', disk)).toBe('OK');
    await lab.guard.add(disk, {strict: true, ops: ['read']});
    expect(await holder.do('fd-disk-read', '-')).toBe('EACCES');
  });

  it('is good for what it was, where the rule is not strict', async () => {
    expect(await holder.do('hold', disk)).toBe('OK');
    await lab.guard.add(disk);
    expect(await holder.do('fd-disk-write', '-')).toBe('OK');
  });
});
