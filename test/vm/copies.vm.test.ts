// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/copies/
//   secret                  guarded
//   KIND, KIND.copy         file systems of one UUID, each with
//     program               a copy of what the actors run, of one number and generation
const lab = useLab('copies');
const secret = lab.path('secret');
const TRY = path.join(PROGRAMS, 'try');

interface Kind {
  name: string;
  make: string;
  /** How a copy is mounted beside the original, if it can be. */
  beside?: string;
}

const KINDS: Kind[] = [
  {name: 'ext4', make: 'truncate -s 32M ext4.image && mkfs.ext4 -q ext4.image', beside: 'ro'},
  {name: 'xfs', make: 'truncate -s 400M xfs.image && mkfs.xfs -q xfs.image', beside: 'ro,nouuid'},
  {name: 'btrfs', make: 'truncate -s 128M btrfs.image && mkfs.btrfs -q btrfs.image'},
];

beforeAll(async () => {
  await vm.ok(`modprobe -a loop ext4 xfs btrfs overlay && printf treasure >${secret}`);
});

afterEach(() => lab.guard.clear());

const opens = async (program: string): Promise<string> => {
  const actor = await Actor.start({program});
  const result = await actor.do('open', secret);
  await actor.end();
  return result;
};

describe.each(KINDS)('a program on $name', ({name, make, beside}) => {
  const [disk, copy] = [lab.path(name), lab.path(`${name}.copy`)];
  const program = `${disk}/program`;
  let device: string;

  const mount = () => vm.ok(['mount', device, disk]);

  beforeAll(async () => {
    await vm.ok(`cd ${lab.directory} && ${make} && mkdir ${disk} ${copy}`);
    device = (await vm.ok(`losetup -f --show ${disk}.image`)).trim();
    await mount();
    await vm.ok(`cp ${TRY} ${program} && umount ${disk}`);
    await vm.ok(`cp --sparse=always ${disk}.image ${copy}.image`);
    await mount();
    if (beside !== undefined) await vm.ok(`mount -o loop,${beside} ${copy}.image ${copy}`);
  });

  afterAll(async () => {
    if (beside !== undefined) await vm.ok(['umount', copy]);
    await vm.ok(`umount ${disk} && losetup -d ${device} && rm ${disk}.image ${copy}.image`);
  });

  it('is let in, now and when its file system is mounted again', async () => {
    await lab.guard.add(secret, {exes: [program]});
    expect(await opens(program)).toBe('OK');
    await vm.ok(`umount ${disk} && echo 2 >/proc/sys/vm/drop_caches`);
    await mount();
    expect(await opens(program)).toBe('OK');
  });

  if (beside !== undefined)
    it('does not let its copy in', async () => {
      const inode = 'stat -c %i';
      expect(await vm.ok(`${inode} ${copy}/program`)).toBe(await vm.ok(`${inode} ${program}`));
      await lab.guard.add(secret, {exes: [program]});
      expect(await opens(`${copy}/program`)).toBe('EACCES');
      expect(await opens(program)).toBe('OK');
    });

  if (beside !== undefined)
    it('is not its copy in an answer that is remembered', async () => {
      await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
      const answerer = await Answerer.start();
      for (const [file, verdict, result] of [
        [program, 'allow', 'OK'],
        [`${copy}/program`, 'deny', 'EACCES'],
      ] as const) {
        const opened = opens(file);
        expect(await answerer.reply({verdict, lifetime: 'forever'})).toMatchObject({exe: file});
        expect(await opened).toBe(result);
        expect(await opens(file)).toBe(result);
      }
      expect(await opens(program)).toBe('OK');
      await answerer.end();
    });
});

it.each([
  ['tmpfs', 'mount -t tmpfs none volatile'],
  [
    'an overlay',
    'mkdir lower upper work && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none volatile',
  ],
])('a program on %s is let in', async (_, mount) => {
  const program = lab.path('volatile/program');
  await vm.ok(`cd ${lab.directory} && mkdir volatile && ${mount} && cp ${TRY} ${program}`);
  await lab.guard.add(secret, {exes: [program]});
  expect(await opens(program)).toBe('OK');
  await vm.ok('echo 2 >/proc/sys/vm/drop_caches');
  expect(await opens(program)).toBe('OK');
  await vm.ok(`umount ${lab.path('volatile')} && rmdir ${lab.path('volatile')}`);
});
