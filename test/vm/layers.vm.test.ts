// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {hasRoute, isCloud, isSince} from './helper/release.js';
import {type Access, Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/layers/
//   {lower,upper,work,merged}/   an overlay with "secret" in lower, guarded as merged/secret
//   btrfs/{one,two}/secret       two subvolumes, in which the file has the same inode number
//   disk/{secret,hard}           ext4, on a loop device
//   mine/up/secret               ext4, shown by an overlay as view/secret
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

describe('a copy that an overlay makes', () => {
  beforeAll(() =>
    vm.ok(
      `cd ${lab.directory} && mkdir -p below above/folder spare cover &&
       printf treasure | tee below/failing >'below/#named' && mount -t overlay overlay \
         -o lowerdir=below,upperdir=above,workdir=spare cover`,
    ),
  );

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${at('cover')}`);
  });

  it('is not taken for the next file of the same process if it fails', async () => {
    await lab.guard.add(at('cover/failing'), {ops: ['attr']});
    // the shell opens both by one instruction, from one place of its stack
    const {stderr} = await vm.run(
      `cd ${lab.directory} && ulimit -f 0 && trap '' XFSZ &&
       for file in cover/failing cover/folder/other; do true >>$file || true; done`,
    );
    expect(stderr).toContain('File too large');
    for (const name of ['cover/folder/other', 'above/folder/other'])
      expect([name, await lab.intruder.do('chmod', at(name))]).toEqual([name, 'OK']);
    expect(await lab.intruder.do('chmod', at('cover/failing'))).toBe('EACCES');
  });

  it.each(['failing', '#named'])('is guarded once it is made: %s', async (name) => {
    await lab.guard.add(at(`cover/${name}`), {ops: ['write']});
    await vm.ok(`cd ${lab.directory} && chmod 640 'cover/${name}' && ls 'above/${name}'`);
    for (const place of ['above', 'cover'])
      expect([place, await lab.intruder.do('open-write', at(`${place}/${name}`))]).toEqual([
        place,
        'EACCES',
      ]);
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
      // 5.10 gives a control to the file that has the overlay's path
      path: expect.stringMatching(/(mine\/up|view)\/secret$/),
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

  it.each(
    ['setflags', 'fssetxattr', 'file-setattr', 'chmod', 'setxattr', 'setfacl'].filter(hasRoute),
  )('keeps its attributes where the rule is about them: %s', async (route) => {
    const {id} = await lab.guard.add(at('mine/up/secret'), {
      pids: [lab.owner.pid],
      ops: ['attr'],
    });
    rule = id;
    await refuses(route, 'attr');
  });
});

describe.skipIf(!isSince('6.5'))('an overlay whose data is in a layer of its own', () => {
  // full/folder/blob becomes shell/secret, which has the attributes and says where the data is
  beforeAll(() =>
    vm.ok(
      `cd ${lab.directory} && mkdir -p full/folder shell scratch front &&
       printf treasure >full/folder/blob && mount -t overlay overlay front \
         -o lowerdir=full,upperdir=shell,workdir=scratch,metacopy=on,redirect_dir=on &&
       chmod 600 front/folder/blob && mv front/folder/blob front/secret && umount front &&
       mount -t overlay overlay -o metacopy=on,lowerdir=shell::full front`,
    ),
  );

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${at('front')}`);
  });

  it.each(['before it was opened', 'once it was'])('is guarded %s', async () => {
    await lab.guard.add(at('front/secret'), {pids: [lab.owner.pid]});
    expect(await lab.owner.do('open', at('front/secret'))).toBe('OK');
    for (const name of ['front/secret', 'shell/secret', 'full/folder/blob'])
      expect([name, await lab.intruder.do('open', at(name))]).toEqual([name, 'EACCES']);
    expect(await lab.owner.show(at('front/secret'))).toContain('content=treasure');
    await lab.guard.clear();
  });
});

describe('what the kernel does to names for others than system calls about files', () => {
  let watcher: Watcher;

  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && mkdir -p queues hall/work attic cellar seen &&
       mount -t mqueue none queues && printf treasure >hall/work/secret`,
    );
    watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });

  afterAll(async () => {
    await watcher.end();
    await lab.guard.clear();
    await vm.ok(`cd ${lab.directory} && umount queues`);
  });

  it.each([
    ['mq-create', 'create'],
    ['mq-unlink', 'delete'],
  ] as const)('does not pass the guard of a message queue: %s', async (route, op) => {
    const queue = at('queues/guarded');
    const {id} = await lab.guard.add(queue, {pids: [lab.owner.pid]});
    const refused = {
      actor: lab.intruder,
      watcher,
      words: [route, queue],
      op,
      rule: id,
      path: queue,
    };
    if (op === 'delete') expect(await lab.owner.do('mq-create', queue)).toBe('OK');
    await expectRefusal({...refused, unchanged: () => vm.ok(`ls ${at('queues')}`)});
    expect(await lab.owner.do(route, queue)).toBe('OK');
  });

  it('is told of once', async () => {
    const everything = await Watcher.start();
    const [queue, file] = [at('queues/guarded'), at('plain')];
    await vm.ok(`rm -f ${queue}`);
    await lab.guard.add(at('mark'), {otherwise: 'log'});
    for (const name of [queue, file])
      await lab.guard.add(name, {otherwise: 'log', ops: ['create', 'delete', 'truncate']});
    const routes = [
      ...[
        ['mq-create', queue],
        ['mq-unlink', queue],
        ['mknod', file],
        ['truncate', file],
      ],
      ...[
        ['open-trunc', file],
        ['unlink', file],
        ['open-create', file],
        ['unlinkat', file],
      ],
    ] as const;
    for (const words of routes)
      expect([words, await lab.intruder.do(...words)]).toEqual([words, 'OK']);
    expect(await lab.intruder.do('open', at('mark'))).toBe('OK');
    const told = await everything.upTo(at('mark'));
    expect(told.map(({op}) => op)).toEqual([
      'create',
      'delete',
      'create',
      'truncate',
      'truncate',
      'delete',
      'create',
      'delete',
    ]);
    await everything.end();
  });

  it('keeps what is guarded in the working directory of an overlay', async () => {
    const secret = at('hall/work/secret');
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    const layers = `lowerdir=${at('cellar')},upperdir=${at('attic')},workdir=${at('hall')}`;
    // it is mounted without a place to work
    expect(await lab.intruder.do('mount-overlay', at('seen'), layers)).toBe('OK');
    const told = await watcher.next();
    expect(told).toMatchObject({op: 'delete', rule: id});
    // or what it is in, which is on the way to it
    expect([secret, path.dirname(secret)]).toContain(told.path);
    await vm.ok(`umount ${at('seen')}`);
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });
});

// the cloud flavour has no ecryptfs
describe.skipIf(isCloud)('a filesystem that stores in another as its caller', () => {
  let watcher: Watcher;

  // vault/ is shown as plain/; a file of it that may not be opened leaves ecryptfs with an
  // inode that it never lets go, upon which the kernel stops at the unmount
  beforeAll(async () => {
    await vm.ok(
      `modprobe ecryptfs && { modprobe -qa ecb cbc || true; } && cd ${lab.directory} && mkdir -p vault/inner vault/hollow plain &&
       printf treasure >vault/inner/secret`,
    );
    expect(await lab.intruder.do('mount-ecryptfs', at('plain'), at('vault'))).toBe('OK');
    watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });

  afterAll(async () => {
    await watcher.end();
    await lab.guard.clear();
    await vm.ok(`umount -l ${at('plain')}`);
  });

  // with 6.15 ecryptfs began to let go twice of a directory that it could not make
  const canMkdir = !isSince('6.15') || isSince('7.0');

  it.each([
    ...(canMkdir ? ([['mkdir', 'absent', '', 'create']] as const) : []),
    ['symlink', 'absent', '', 'create'],
    ['rename', 'inner', 'other', 'rename'],
    ['rmdir', 'hollow', '', 'delete'],
  ] as const)('does not pass the guard of what is beneath: %s %s %s', async (...row) => {
    const [route, name, second, op] = row;
    for (const guarded of ['inner/secret', 'absent', 'hollow'])
      await lab.guard.add(at(`vault/${guarded}`), {pids: [lab.owner.pid]});
    const names = [name, second].filter((word) => word !== '');
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: [route, ...names.map((word) => at(`plain/${word}`))],
      op,
      path: expect.stringContaining(at('vault/')),
      unchanged: () => vm.ok(`cd ${at('vault')} && ls -l . inner`),
    });
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
