// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/layers/
//   {lower,upper,work,merged}/   an overlay with "secret" in lower, guarded as merged/secret
//   btrfs/{one,two}/secret       two subvolumes, in which the file has the same inode number
//   disk/{secret,hard}           ext4, on a loop device
const lab = useLab('layers');
const at = (name: string) => lab.path(name);

/** Each way to each of the names is refused, and told once. */
async function expectTold(names: readonly string[], ways: Readonly<Record<string, Op>>) {
  const watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  for (const name of names)
    for (const [route, op] of Object.entries(ways)) {
      expect([name, route, await lab.intruder.do(route, at(name))]).toEqual([
        name,
        route,
        'EACCES',
      ]);
      const event = await watcher.next();
      expect([name, route, event.op, event.reason]).toEqual([name, route, op, 'rule']);
      // of two hard links a handle may be told by either
      expect(event.path).toMatch(/\/(?:secret|hard)$/);
    }
  await watcher.end();
}

beforeAll(() => vm.ok('modprobe -a loop ext4 overlay btrfs'));

describe('a rule about a file of an overlay', () => {
  const names = ['merged/secret', 'lower/secret', 'upper/secret'];

  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && mkdir lower upper work merged && printf treasure >lower/secret &&
       touch mark && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`,
    );
    await lab.guard.add(at('merged/secret'), {pids: [lab.owner.pid]});
    await lab.guard.add(at('mark'), {otherwise: 'log'});
  });

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${at('merged')}`);
  });

  it('guards the lower file', async () => {
    for (const name of names.slice(0, 2))
      for (const route of ['open', 'open-write', 'proc-root', 'unlink'])
        expect([name, route, await lab.intruder.do(route, at(name))]).toEqual([
          name,
          route,
          'EACCES',
        ]);
    expect(await lab.owner.show(at('merged/secret'))).toContain('content=treasure');
  });

  it.each([
    ['open', 'read'],
    ['open-write', 'write'],
  ])('tells of one access once: %s', async (route, op) => {
    const watcher = await Watcher.start();
    expect(await lab.owner.do(route, at('merged/secret'))).toBe('OK');
    expect(await lab.intruder.do(route, at('merged/secret'))).toBe('EACCES');
    expect(await lab.intruder.do('open', at('mark'))).toBe('OK');
    const told = await watcher.upTo(at('mark'));
    expect(told.map(({op, path, verdict, pid}) => ({op, path, verdict, pid}))).toEqual([
      {op, path: at('merged/secret'), verdict: 'allow', pid: lab.owner.pid},
      {op, path: at('merged/secret'), verdict: 'deny', pid: lab.intruder.pid},
    ]);
    await watcher.end();
  });

  it('guards the upper file after it was copied, and the lower one still', async () => {
    expect(await lab.owner.do('write', at('merged/secret'), 'copied')).toBe('OK');
    expect(await vm.ok(`ls -s ${at('upper')}`)).toContain('secret');
    await expectTold(names, {
      open: 'read',
      'open-write': 'write',
      truncate: 'truncate',
      unlink: 'delete',
      chmod: 'attr',
    });
    expect(await lab.owner.show(at('merged/secret'))).toContain('content=copied');
  });

  it('guards what the allowed process puts in its place', async () => {
    expect(await lab.owner.do('write', at('merged/new'), 'newer')).toBe('OK');
    expect(await lab.owner.do('rename', at('merged/new'), at('merged/secret'))).toBe('OK');
    for (const name of ['merged/secret', 'upper/secret'])
      expect([name, await lab.intruder.do('open', at(name))]).toEqual([name, 'EACCES']);
  });
});

describe('a rule about a tree', () => {
  it('guards what an overlay shows of it, as whatever it shows it', async () => {
    await vm.ok(
      `cd ${lab.directory} && mkdir -p low/deep cover && printf treasure | tee low/secret >low/deep/file`,
    );
    await lab.guard.add(at('low'), {tree: true, pids: [lab.owner.pid]});
    await vm.ok(
      `cd ${lab.directory} && mkdir -p up wk && mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=wk cover`,
    );
    for (const name of ['cover/secret', 'cover/deep/file'])
      for (const route of ['open', 'open-write', 'open-rdwr'])
        expect([name, route, await lab.intruder.do(route, at(name))]).toEqual([
          name,
          route,
          'EACCES',
        ]);
    expect(await lab.owner.do('open', at('cover/deep/file'))).toBe('OK');
    await lab.guard.clear();
    await vm.ok(`umount ${at('cover')}`);
  });

  it('guards the upper directory of an overlay against changes through it', async () => {
    await vm.ok(
      `cd ${lab.directory} && mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=wk cover`,
    );
    await lab.guard.add(at('up/absent'), {pids: [lab.owner.pid]});
    for (const route of ['open-create', 'mkdir', 'mknod'])
      expect([route, await lab.intruder.do(route, at('cover/absent'))]).toEqual([route, 'EACCES']);
    expect(await lab.owner.do('open-create', at('cover/absent'))).toBe('OK');
    expect(await lab.intruder.do('unlink', at('cover/absent'))).toBe('EACCES');
    expect(await lab.owner.do('unlink', at('cover/absent'))).toBe('OK');
    await lab.guard.clear();
    await vm.ok(`umount ${at('cover')}`);
  });
});

describe('a rule about a file in a btrfs subvolume', () => {
  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && truncate -s 128M image && mkfs.btrfs -q image && mkdir btrfs &&
       mount -o loop image btrfs && cd btrfs && btrfs -q subvolume create one &&
       btrfs -q subvolume create two && printf treasure >one/secret && printf other >two/secret`,
    );
    await lab.guard.add(at('btrfs/one/secret'), {pids: [lab.owner.pid]});
  });

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${at('btrfs')}`);
  });

  it('is not about the file with the same number in another', async () => {
    const inodes = await vm.ok(`stat -c %i ${at('btrfs/one/secret')} ${at('btrfs/two/secret')}`);
    expect(new Set(inodes.trim().split('\n')).size).toBe(1);
    await expectTold(['btrfs/one/secret'], {open: 'read', 'open-write': 'write', handle: 'read'});
    for (const route of ['open', 'open-write', 'handle', 'unlink'])
      expect([route, await lab.intruder.do(route, at('btrfs/two/secret'))]).toEqual([route, 'OK']);
    expect(await lab.owner.show(at('btrfs/one/secret'))).toContain('content=treasure');
  });
});

describe('a filesystem that is unmounted and mounted again', () => {
  let device: string;

  beforeAll(async () => {
    device = (
      await vm.ok(
        `cd ${lab.directory} && truncate -s 16M ext4 && mkfs.ext4 -q -N 128 ext4 && mkdir disk &&
         losetup -f --show ext4`,
      )
    ).trim();
    await vm.ok(
      `cd ${lab.directory} && mount ${device} disk && printf treasure >disk/secret && ln disk/secret disk/hard`,
    );
    await lab.guard.add(at('disk/secret'), {pids: [lab.owner.pid]});
  });

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${at('disk')}; losetup -d ${device}`);
  });

  it('is unmounted and mounted by the allowed process only', async () => {
    expect(await lab.intruder.do('umount', at('disk'))).toBe('EACCES');
    expect(await lab.owner.do('umount', at('disk'))).toBe('OK');
    expect(await lab.intruder.do('open', at('disk/secret'))).toBe('ENOENT');
    expect(await lab.intruder.do('mount-ext4', at('disk'), device)).toBe('EACCES');
    expect(await lab.owner.do('mount-ext4', at('disk'), device)).toBe('OK');
  });

  it('is guarded again', async () => {
    await expectTold(['disk/secret', 'disk/hard'], {
      open: 'read',
      'open-write': 'write',
      handle: 'read',
      unlink: 'delete',
      chmod: 'attr',
      truncate: 'truncate',
    });
    expect(await lab.owner.show(at('disk/secret'))).toContain('content=treasure');
  });

  it('keeps others from mounting and unmounting again', async () => {
    expect(await lab.intruder.do('mount', at('disk'))).toBe('EACCES');
    expect(await lab.intruder.do('umount', at('disk'))).toBe('EACCES');
    expect(await lab.intruder.do('umount-lazy', at('disk'))).toBe('EACCES');
  });
});
