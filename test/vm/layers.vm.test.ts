// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {hasRoute} from './helper/release.js';
import {type Access, Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/layers/
//   {lower,upper,work,merged}/   an overlay with "secret" in lower, guarded as merged/secret
//   btrfs/{one,two}/secret       two subvolumes, in which the file has the same inode number
//   disk/{secret,hard}           ext4, on a loop device
//   mine/up/secret               ext4, shown by an overlay as view/secret
const lab = useLab('layers');
const at = (name: string) => lab.path(name);

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
    for (const name of names)
      for (const route of ['open', 'open-write', 'truncate', 'unlink', 'chmod'])
        expect([name, route, await lab.intruder.do(route, at(name))]).toEqual([
          name,
          route,
          'EACCES',
        ]);
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

describe('a file that somebody makes the upper one of an overlay', () => {
  let watcher: Watcher;
  let rule: number;

  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && mkdir nothing mine view && truncate -s 16M own &&
       mkfs.ext4 -q -N 128 own && mount -o loop own mine && mkdir mine/up mine/work &&
       printf treasure >mine/up/secret && touch mine/up/open &&
       mount -t overlay overlay -o lowerdir=nothing,upperdir=mine/up,workdir=mine/work view`,
    );
    watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });

  afterAll(async () => {
    await watcher.end();
    await lab.guard.clear();
    // it is held open
    await vm.ok(`cd ${lab.directory} && umount -l view mine`);
  });

  const told = ({op, path, verdict, reason, rule, pid}: Access) => [
    op,
    path,
    verdict,
    reason,
    rule,
    pid,
  ];

  it.each([
    ['open', 'read'],
    ['open-rdwr', 'write'],
    ['truncate', 'truncate'],
    ['setflags', 'attr'],
  ] as const)('is told of when it is reached through it: %s', async (route, op) => {
    const everything = await Watcher.start();
    const file = at('mine/up/open');
    for (const actor of [lab.owner, lab.intruder])
      expect(await actor.do('hold', at('view/open'))).toBe('OK');
    const {id} = await lab.guard.add(file, {
      pids: [lab.owner.pid],
      otherwise: 'log',
      ops: [op],
    });
    await lab.guard.add(at('mark'), {otherwise: 'log'});
    for (const actor of [lab.owner, lab.intruder])
      expect(await actor.do(route, at('view/open'))).toBe('OK');
    expect(await lab.intruder.do('open', at('mark'))).toBe('OK');
    // before 6.8 what an overlay opens has the overlay's path
    const either = expect.stringMatching(/(mine\/up|view)\/open$/) as unknown;
    expect((await everything.upTo(at('mark'))).map(told)).toEqual([
      [op, either, 'allow', 'grant', id, lab.owner.pid],
      [op, either, 'allow', 'rule', id, lab.intruder.pid],
    ]);
    const rules = await lab.guard.list();
    expect(rules.find((rule) => rule.id === id)).toMatchObject({allowed: 2, denied: 0});
    await everything.end();
    await lab.guard.clear();
  });

  const refuses = (route: string, op: Op) =>
    expectRefusal({
      actor: lab.intruder,
      watcher,
      words: [route, at('view/secret')],
      op,
      rule,
      path: at('mine/up/secret'),
      unchanged: () => lab.owner.do('attributes', at('mine/up/secret')),
    });

  it('is guarded against being cut through it', async () => {
    const {id} = await lab.guard.add(at('mine/up/secret'), {pids: [lab.owner.pid]});
    rule = id;
    await refuses('truncate', 'truncate');
    expect(await lab.owner.show(at('mine/up/secret'))).toContain('content=treasure');
  });

  it('is, too, where the rule is about its length only', async () => {
    const {id} = await lab.guard.add(at('mine/up/secret'), {
      pids: [lab.owner.pid],
      ops: ['truncate'],
    });
    rule = id;
    for (const route of ['truncate', 'ftruncate', 'open-trunc', 'open-read-trunc']) {
      expect(await lab.intruder.do('hold', at('view/secret'))).toBe('OK');
      await refuses(route, 'truncate');
    }
    expect(await lab.owner.show(at('mine/up/secret'))).toContain('content=treasure');
  });

  it.each(['setflags', 'fssetxattr', 'file-setattr', 'chmod', 'setxattr', 'setfacl'].filter(hasRoute))(
    'keeps its attributes where the rule is about them: %s',
    async (route) => {
      const {id} = await lab.guard.add(at('mine/up/secret'), {
        pids: [lab.owner.pid],
        ops: ['attr'],
      });
      rule = id;
      await refuses(route, 'attr');
    },
  );
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
    for (const route of ['open', 'open-write', 'handle'])
      expect([route, await lab.intruder.do(route, at('btrfs/one/secret'))]).toEqual([
        route,
        'EACCES',
      ]);
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
    for (const name of ['disk/secret', 'disk/hard'])
      for (const route of ['open', 'open-write', 'handle', 'unlink', 'chmod', 'truncate'])
        expect([name, route, await lab.intruder.do(route, at(name))]).toEqual([
          name,
          route,
          'EACCES',
        ]);
    expect(await lab.owner.show(at('disk/secret'))).toContain('content=treasure');
  });

  it('keeps others from mounting and unmounting again', async () => {
    expect(await lab.intruder.do('mount', at('disk'))).toBe('EACCES');
    expect(await lab.intruder.do('umount', at('disk'))).toBe('EACCES');
    expect(await lab.intruder.do('umount-lazy', at('disk'))).toBe('EACCES');
  });
});
