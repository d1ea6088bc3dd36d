// SPDX-License-Identifier: MIT
// A block device, by ways that open no node of it.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/devices/
//   image        an ext4 filesystem, by the loop device DEVICE
//   node         another node of that device
//   place/       where it may be mounted
//   quotas/      a filesystem with quotas, on QUOTAS
//     secret     guarded in a test
const lab = useLab('devices');
const intruders = useIntruders(lab);
const [node, place, quotas] = [lab.path('node'), lab.path('place'), lab.path('quotas')];
const secret = `${quotas}/secret`;
let device: string;
let number: string;
let second: string;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && modprobe -a loop ext4 dm_mod quota_v2 && truncate -s 8M image other &&
     mkfs.ext4 -q image && mkfs.ext4 -q other && mkdir place quotas`,
  );
  device = (await vm.ok(`losetup -f --show ${lab.path('image')}`)).trim();
  second = (await vm.ok(`losetup -f --show ${lab.path('other')}`)).trim();
  number = (await vm.ok(`cat /sys/class/block/${device.slice('/dev/'.length)}/dev`)).trim();
  await vm.ok(
    `mknod ${node} b ${number.replace(':', ' ')} && mount -o usrquota ${second} ${quotas} && touch ${secret}`,
  );
});

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await vm.ok(`umount ${quotas} && losetup -d ${device} && losetup -d ${second}`);
});

/** The words of a route, of which some are known late. */
type Route = readonly [name: string, words: () => readonly string[]];

const BY_NUMBER: readonly Route[] = [
  ['mount-device', () => ['mount-device', device, place]],
  ['mount-device-ro', () => ['mount-device-ro', device, place]],
  ['mount-device by another node', () => ['mount-device', node, place]],
  ['map-device', () => ['map-device', device]],
  ['map-device by number', () => ['map-device', number]],
];

describe.each(SIZES)('a %s that is not allowed', (program) => {
  const refused = (words: readonly string[], op: Op, rule: number, path: string) =>
    expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words,
      op,
      rule,
      path,
      unchanged: () => vm.ok(`md5sum <${lab.path('image')}`),
    });

  it.each(BY_NUMBER)('reaches no guarded device by %s', async (_, words) => {
    const {id} = await lab.guard.add(device, {pids: [lab.owner.pid]});
    await refused(words(), 'write', id, device);
    expect(await lab.owner.do(...words())).toBe('OK');
    await lab.guard.clear();
    expect(await intruders[program].do(...words())).toBe('OK');
  });

  it.each([
    ['open', 'read'],
    ['open-write', 'write'],
  ] as const)('reaches it by another node no more than by its own: %s', async (route, op) => {
    const {id} = await lab.guard.add(device, {pids: [lab.owner.pid]});
    await refused([route, node], op, id, node);
    expect(await lab.owner.do(route, node)).toBe('OK');
    expect(await intruders[program].do('chmod', node)).toBe('OK');
  });

  it('is told no device of a node that another rule guards', async () => {
    await lab.guard.add(second, {pids: [lab.owner.pid]});
    expect(await intruders[program].do('mount-device', device, place)).toBe('OK');
    expect(await intruders[program].do('open', node)).toBe('OK');
  });

  it('turns no quotas on by a guarded file', async () => {
    const {id} = await lab.guard.add(secret, {ops: ['write'], pids: [lab.owner.pid]});
    await refused(['quota-on', secret, second], 'write', id, secret);
    expect(await lab.owner.do('quota-on', secret, second)).not.toBe('EACCES');
  });
});

it('a rule about a node that is made later guards the device', async () => {
  const later = lab.path('later');
  await lab.guard.add(later, {pids: [lab.owner.pid]});
  expect(await lab.intruder.do('mount-device', device, place)).toBe('OK');
  await vm.ok(['mv', node, lab.path('aside')]);
  expect(await lab.owner.do('rename', lab.path('aside'), later)).toBe('OK');
  expect(await lab.intruder.do('mount-device', device, place)).toBe('EACCES');
  await intruders.watcher.next();
  await lab.guard.clear();
  await vm.ok(['mv', later, node]);
});

it('who may read may mount nothing that only others may write', async () => {
  const {id} = await lab.guard.add(device, {ops: ['write'], pids: [lab.owner.pid]});
  await expectRefusal({
    actor: lab.intruder,
    watcher: intruders.watcher,
    words: ['mount-device-ro', device, place],
    op: 'write',
    rule: id,
    path: device,
    unchanged: false,
  });
  // a claim as well, but that of a file which was judged
  expect(await lab.intruder.do('open-claim', device)).toBe('OK');
});

it('is told to who watches the node, and to who watches all', async () => {
  const watchers = [
    await Watcher.start({paths: [device], pids: [lab.owner.pid]}),
    await Watcher.start({all: true, ops: ['write'], pids: [lab.owner.pid]}),
  ];
  await lab.guard.add(device, {pids: [lab.owner.pid]});
  expect(await lab.owner.do('mount-device', device, place)).toBe('OK');
  for (const watcher of watchers) {
    expect(await watcher.next()).toMatchObject({op: 'write', path: device, verdict: 'allow'});
    await watcher.end();
  }
});

it('a rule that asks gives its default', async () => {
  for (const [verdict, result] of [
    ['allow', 'OK'],
    ['deny', 'EACCES'],
  ] as const) {
    await lab.guard.add(device, {otherwise: 'ask', default: verdict, deadline: 600_000});
    expect(await lab.intruder.do('mount-device', device, place)).toBe(result);
  }
});
