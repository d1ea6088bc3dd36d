// SPDX-License-Identifier: MIT
// Callers of every kind: those who can be made to wait, and those who cannot.
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, type Question} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {OPS, type Op, type RuleRequest, type Verdict} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/ask-callers/
//   vault/{secret,new,…}   asked about for everybody but the owner
//   free                   not guarded
//   disk/                  where other filesystems come
const lab = useLab('ask-callers');
const vault = lab.path('vault');
const inside = (name: string): string => `${vault}/${name}`;
const [secret, moved, free, disk] = [
  inside('secret'),
  inside('moved'),
  lab.path('free'),
  lab.path('disk'),
];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let answerer: Answerer;
/** What settle() waited for in vain: two who wait would take it from each other. */
let expected: Promise<Question> | undefined;
let asker: Actor;
let asked: number;

const guard = (place: string, rule: RuleRequest = {}) =>
  lab.guard.add(place, {
    tree: true,
    otherwise: 'ask',
    deadline: LONG,
    pids: [lab.owner.pid],
    ...rule,
  });

async function start(program = 'try', through: readonly string[] = []): Promise<void> {
  await asker.end();
  asker = await Actor.start({program, through});
}

let keeper: Watcher;

// keeps the hooks, which take a while to come and to go
beforeAll(async () => {
  keeper = await Watcher.start({paths: [lab.directory]});
});

afterAll(() => keeper.end());

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir -p vault disk && touch free marker && printf treasure >vault/secret`,
  );
  answerer = await Answerer.start();
  expected = undefined;
  asker = await Actor.start();
  ({asked} = await lab.guard.status());
});

afterEach(async () => {
  await answerer.end();
  await asker.end();
});

const askedNow = async (): Promise<number> => (await lab.guard.status()).asked - asked;

async function shown(): Promise<string> {
  const files = [];
  for (const file of [secret, moved]) files.push(await lab.owner.show(file));
  return files.join('\n');
}

/** Answers so many questions, one after the other, and gives them. */
async function reply(verdict: Verdict, count = 1) {
  const questions = [];
  for (let i = 0; i < count; i++) questions.push(await answerer.reply({verdict}));
  return questions;
}

/** Answers all questions until it ends; gives how that was, and what they were about. */
async function settle(end: Promise<string>, verdict: Verdict, most = 5) {
  const ops: Op[] = [];
  while (ops.length <= most) {
    expected ??= answerer.question();
    // none comes after the last one
    expected.catch(() => undefined);
    const next = await Promise.race([end, expected]);
    if (typeof next === 'string') return {result: next, ops};
    expected = undefined;
    ops.push(next.op);
    await answerer.answer(next.id, {verdict});
  }
  throw new Error(`asked again and again: ${ops.join(' ')}`);
}

const VERDICTS = [
  ['allow', 'OK'],
  ['deny', 'EACCES'],
] as const;

const isThere = (file: string): Promise<string> => lab.owner.do('stat', file);

describe('who cannot wait has the default at once', () => {
  let watcher: Watcher;

  const expectUnasked = async (about: Record<string, unknown>, verdict: Verdict) => {
    expect(await watcher.next()).toMatchObject({...about, verdict, reason: 'unaskable'});
    expect(await askedNow()).toBe(0);
  };

  describe.each(VERDICTS)('%s', (verdict, result) => {
    it.each(['try', 'try32'])('by a ring of io_uring: %s', async (program) => {
      await start(program);
      watcher = await Watcher.start({pids: [asker.pid]});
      for (const [route, op] of [
        ['uring-open', 'read'],
        ['uring-open-async', 'write'],
        ['uring-openat2', 'read'],
        ['uring-rename', 'rename'],
        ['uring-unlink', 'delete'],
      ] as const) {
        await guard(vault, {default: verdict});
        const before = await shown();
        expect([route, await asker.do(route, secret, moved)]).toEqual([route, result]);
        await expectUnasked({op, path: secret, pid: asker.pid}, verdict);
        if (verdict === 'deny') expect(await shown()).toBe(before);
        await lab.guard.clear();
        await lab.owner.do('rename', moved, secret);
        await lab.owner.do('write', secret, 'treasure');
      }
      await watcher.end();
    });

    it('to load a module, which others may load at the same moment', async () => {
      await guard(vault, {ops: ['read'], strict: true, default: verdict});
      watcher = await Watcher.start({pids: [asker.pid], verdict: 'deny'});
      const end = asker.do('insert', secret);
      // for the open
      await reply('allow');
      expect(await end).toBe(verdict === 'allow' ? 'ENOEXEC' : result);
      expect(await askedNow()).toBe(1);
      if (verdict === 'deny')
        expect(await watcher.next()).toMatchObject({op: 'read', reason: 'unaskable'});
      await watcher.end();
    });

    it.each(['uring-polled', 'uring-linked'])('by a ring, at another time: %s', async (way) => {
      await guard(vault, {default: verdict});
      watcher = await Watcher.start({pids: [asker.pid]});
      expect(await asker.do(way, secret)).toBe(result);
      await expectUnasked({op: 'read', path: secret, pid: asker.pid}, verdict);
      expect(await asker.do('stat', secret)).toBe('OK');
      await watcher.end();
    });

    it('when it dumps core', async () => {
      const pattern = '/proc/sys/kernel/core_pattern';
      const before = (await vm.ok(`cat ${pattern}`)).trim();
      const core = inside('core');
      await vm.ok(`echo ${core} >${pattern}`);
      await guard(vault, {default: verdict});
      watcher = await Watcher.start();
      await vm.run(`bash -c 'ulimit -c unlimited; kill -ABRT $$'`);
      await expectUnasked({path: core}, verdict);
      expect(await isThere(core)).toBe(verdict === 'allow' ? 'OK' : 'ENOENT');
      await watcher.end();
      await vm.ok(`echo ${JSON.stringify(before)} >${pattern}`);
    });

    it('when it is a thread of the kernel', async () => {
      const node = '/dev/zram0';
      await vm.ok(`modprobe -r zram; rm -f ${node}`);
      await lab.guard.add(node, {otherwise: 'ask', default: verdict, deadline: LONG});
      watcher = await Watcher.start();
      await vm.ok('modprobe zram num_devices=1');
      await expectUnasked({path: node, comm: 'kdevtmpfs', op: 'create'}, verdict);
      expect(await isThere(node)).toBe(verdict === 'allow' ? 'OK' : 'ENOENT');
      await watcher.end();
      await lab.guard.clear();
      await vm.ok(`modprobe -r zram; rm -f ${node}`);
    });

    it('when the descriptor that it receives is taken from the message already', async () => {
      const socket = lab.path('socket');
      expect(await lab.owner.do('hold', secret)).toBe('OK');
      expect(await asker.do('listen', socket)).toBe('OK');
      await guard(vault, {default: verdict, strict: true});
      expect(await lab.owner.do('send', socket)).toBe('OK');
      watcher = await Watcher.start({pids: [asker.pid]});
      expect(await asker.do('receive')).toBe(verdict === 'allow' ? 'OK' : 'LOST');
      // what an answer would let in is not told where only part of an access is judged
      if (verdict === 'deny') await expectUnasked({path: secret}, verdict);
      expect(await askedNow()).toBe(0);
      await watcher.end();
    });
  });
});

describe('a 32-bit program', () => {
  it.each(VERDICTS)('is asked about like any other: %s', async (verdict, result) => {
    await start('try32');
    await guard(vault);
    for (const [route, op, second] of [
      ['open', 'read'],
      ['open-trunc', 'write'],
      ['chmod', 'attr'],
      ['rename', 'rename', inside('moved')],
      ['rename', 'rename', inside('moved')],
      ['unlink', 'delete'],
      ['open-excl', 'create'],
    ] as const) {
      const file = route === 'open-excl' ? inside('new') : secret;
      const end = asker.do(route, file, second ?? '');
      expect(await answerer.reply({verdict})).toMatchObject({op, path: file, pid: asker.pid});
      expect([route, await end]).toEqual([route, result]);
      if (route === 'rename') await lab.owner.do('rename', moved, secret);
    }
    expect(await askedNow()).toBe(7);
    expect(await isThere(secret)).toBe(verdict === 'allow' ? 'ENOENT' : 'OK');
    expect(await isThere(inside('new'))).toBe(verdict === 'allow' ? 'OK' : 'ENOENT');
  });
});

describe('a guarded program', () => {
  const [script, interpreter] = [inside('script'), inside('interpreter')];
  const own = path.join(PROGRAMS, 'try');

  beforeEach(async () => {
    await vm.ok(
      `cd ${vault} && cp ${own} interpreter && cp ${own} static && cp /bin/true dynamic && printf '#!%s stat\\n' ${interpreter} >script && chmod 755 *`,
    );
    await guard(vault);
  });

  it('that is a script is asked about, and its interpreter, once each', async () => {
    const end = asker.do('execve', script);
    const questions = await reply('allow', 2);
    expect(questions).toMatchObject([
      {op: 'exec', path: script},
      {op: 'exec', path: interpreter},
    ]);
    expect(await end).toBe('OK');
    expect((await asker.process.exit).code).toBe(0);
    expect(await askedNow()).toBe(2);
  });

  it('that is a script whose interpreter is refused leaves the old one running', async () => {
    const end = asker.do('execve', script);
    await reply('allow');
    await reply('deny');
    expect(await end).toBe('EACCES');
    expect(await asker.number()).toBe(asker.pid);
    expect(await askedNow()).toBe(2);
  });

  it.each([
    ['static', true],
    ['static', false],
    ['dynamic', true],
    ['dynamic', false],
  ])('is run by posix_spawn() and vfork() when allowed: %s, strict: %s', async (name, strict) => {
    await guard(vault, {strict});
    for (const words of [
      ['spawn', inside(name)],
      ...(name === 'dynamic' ? [['vfork', 'execve', inside(name)]] : []),
    ]) {
      const end = asker.do(...words);
      const [question] = await reply('allow');
      expect(question).toMatchObject({op: 'exec', path: inside(name), ppid: asker.pid});
      expect([words[0], await end]).toEqual([words[0], 'OK']);
    }
    expect(await askedNow()).toBe(name === 'dynamic' ? 2 : 1);
  });

  it.each(['spawn', 'vfork execve', 'execve', 'execveat'])(
    'is not run by %s when refused',
    async (way) => {
      const end = asker.do(...way.split(' '), inside('dynamic'));
      await reply('deny');
      expect(await end).toBe('EACCES');
      expect(await asker.number()).toBe(asker.pid);
    },
  );
});

describe('what the kernel opens for a call', () => {
  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 32M image && mkfs.ext4 -q image && mkdir -p disk && mount -o loop image disk &&
       dd if=/dev/zero of=disk/swap bs=64k count=16 status=none && chmod 600 disk/swap && mkswap -q disk/swap && touch disk/log`,
    );
  });

  afterAll(() => vm.ok(`umount ${disk}`));

  it.each([
    ['acct', 'log', 'allow', 'OK'],
    ['acct', 'log', 'deny', 'EACCES'],
    ['swapon', 'swap', 'deny', 'EACCES'],
    ['swapon', 'swap', 'allow', 'OK'],
  ] as const)('is asked about: %s %s: %s', async (route, name, verdict, result) => {
    await guard(disk);
    const end = asker.do(route, `${disk}/${name}`);
    expect(await answerer.reply({verdict})).toMatchObject({op: 'write', path: `${disk}/${name}`});
    expect(await end).toBe(result);
    expect(await askedNow()).toBe(1);
    await lab.guard.clear();
    if (route === 'swapon') await vm.run(`swapoff ${disk}/swap`);
  });
});

describe('a descriptor from before a strict rule', () => {
  const ROWS: [route: string, op: string, changes: boolean][] = [
    ['fd-read', 'read', false],
    ['fd-pread', 'read', false],
    ['fd-mmap', 'read', false],
    ['fd-sendfile', 'read', false],
    ['fd-write', 'write', true],
    ['fd-pwrite', 'write', true],
    ['fd-splice-into', 'write', true],
    ['fd-fallocate', 'write', false],
  ];

  it.each(ROWS)('is asked about once for %s, as %s', async (route, op, changes) => {
    expect(await asker.do('hold', secret)).toBe('OK');
    await guard(vault, {strict: true});
    const before = await shown();
    for (const [verdict, result] of [...VERDICTS].reverse()) {
      const end = asker.do(route, secret);
      expect(await answerer.reply({verdict})).toMatchObject({op, path: secret});
      expect([route, await end]).toEqual([route, result]);
      if (verdict === 'deny') expect(await shown()).toBe(before);
    }
    expect((await shown()).includes('content=spoilede')).toBe(changes);
    expect(await askedNow()).toBe(2);
  });

  it.each(VERDICTS)('appends once, or not at all: %s', async (verdict, result) => {
    expect(await asker.do('hold-append', secret)).toBe('OK');
    await guard(vault, {strict: true});
    const end = asker.do('fd-write', secret);
    await reply(verdict);
    expect(await end).toBe(result);
    expect(await shown()).toContain(
      verdict === 'allow' ? 'content=treasurespoiled' : 'content=treasure',
    );
    expect(await vm.ok(`wc -c <${lab.path('marker')}`)).toBe('0\n');
    expect(await lab.owner.show(secret)).toContain(`size=${verdict === 'allow' ? 15 : 8}`);
  });

  it('of a pipe takes what is written once', async () => {
    const fifo = inside('fifo');
    await vm.ok(`mkfifo ${fifo}`);
    expect(await asker.do('hold', fifo)).toBe('OK');
    await guard(vault, {strict: true});
    const end = asker.do('fd-write', fifo);
    expect(await answerer.reply({verdict: 'allow'})).toMatchObject({op: 'write', path: fifo});
    expect(await end).toBe('OK');
    await lab.guard.clear();
    expect(await vm.ok(`dd if=${fifo} bs=64 count=1 iflag=nonblock status=none`)).toBe('spoiled');
  });
});

describe('O_CREAT of a file that exists, but that the kernel has forgotten', () => {
  const MOUNTS = {
    ext4: `modprobe -a loop ext4 && truncate -s 32M image2 && mkfs.ext4 -qF image2 && mount -o loop image2 disk`,
    btrfs: `modprobe -a loop btrfs && truncate -s 128M image3 && mkfs.btrfs -qf image3 && mount -o loop image3 disk`,
    overlay: `modprobe overlay && rm -rf lower upper work && mkdir lower upper work && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay disk`,
    tmpfs: `mount -t tmpfs tmpfs disk`,
  } as const;

  describe.each(Object.keys(MOUNTS) as (keyof typeof MOUNTS)[])('on %s', (kind) => {
    const file = `${disk}/file`;

    beforeAll(() =>
      vm.ok(`cd ${lab.directory} && mkdir -p disk && ${MOUNTS[kind]} && printf content >${file}`),
    );

    afterAll(() => vm.ok(`umount ${disk}`));

    const forget = () => vm.ok('sync; echo 3 >/proc/sys/vm/drop_caches');

    it.each(VERDICTS)('is asked about once, as writing: %s', async (verdict, result) => {
      await guard(disk, {ops: ['create', 'read', 'write']});
      await forget();
      const end = asker.do('open-create', file);
      expect(await answerer.reply({verdict})).toMatchObject({op: 'write', path: file});
      expect(await end).toBe(result);
      expect(await askedNow()).toBe(1);
    });

    it('is not asked about where only creating is', async () => {
      await guard(disk, {ops: ['create']});
      await forget();
      expect(await asker.do('open-create', file)).toBe('OK');
      expect(await askedNow()).toBe(0);
      const end = asker.do('open-create', `${disk}/new`);
      expect(await answerer.reply({verdict: 'deny'})).toMatchObject({op: 'create'});
      expect(await end).toBe('EACCES');
      expect(await isThere(`${disk}/new`)).toBe('ENOENT');
    });

    it.each(VERDICTS)('is asked about once where it is not there: %s', async (verdict, result) => {
      await guard(disk);
      for (const route of ['open-create', 'open-excl', 'creat', 'mkdir', 'symlink']) {
        const end = asker.do(route, `${disk}/${route}`);
        expect(await answerer.reply({verdict})).toMatchObject({op: 'create'});
        expect([route, await end]).toEqual([route, result]);
        expect(await isThere(`${disk}/${route}`)).toBe(verdict === 'allow' ? 'OK' : 'ENOENT');
      }
      expect(await askedNow()).toBe(5);
      await lab.guard.clear();
      await vm.ok(`cd ${disk} && rm -rf open-create open-excl creat mkdir symlink`);
    });
  });
});

describe('an overlay, which changes other files for its own', () => {
  const ROUTES: [route: string, op: Op, second?: string][] = [
    ['open-write', 'write'],
    ['truncate', 'truncate'],
    ['chmod', 'attr'],
    ['rename', 'rename', `${disk}/moved`],
    ['link', 'link', `${disk}/moved`],
    ['unlink', 'delete'],
  ];
  const ops = OPS.filter((op) => op !== 'mount');

  beforeEach(() =>
    vm.ok(
      `cd ${lab.directory} && modprobe overlay && rm -rf lower upper work && mkdir -p disk lower upper work && printf treasure >lower/secret &&
       mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay disk`,
    ),
  );

  afterEach(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${disk}`);
  });

  it.each(ROUTES)('is asked about once: %s, as %s', async (route, op, second) => {
    await guard(disk, {ops});
    const file = `${disk}/secret`;
    const words = [route, file, ...(second ? [second] : [])];
    expect(await settle(asker.do(...words), 'deny')).toEqual({result: 'EACCES', ops: [op]});
    expect(await isThere(`${lab.path('upper')}/secret`)).toBe('ENOENT');
    expect(await settle(asker.do(...words), 'allow')).toEqual({result: 'OK', ops: [op]});
    expect(await vm.ok(`cat ${lab.path('lower')}/secret`)).toBe('treasure');
  });

  it.each(ROUTES)('whose upper files are asked about ends: %s', async (route, _op, second) => {
    await guard(lab.path('upper'), {ops});
    const words = [route, `${disk}/secret`, ...(second ? [second] : [])];
    const denied = await settle(asker.do(...words), 'deny');
    expect(denied.result).not.toBe('OK');
    expect(denied.ops).toHaveLength(1);
    expect(await isThere(`${lab.path('upper')}/secret`)).toBe('ENOENT');
    expect((await settle(asker.do(...words), 'allow')).result).toBe('OK');
  });
});

describe('an object', () => {
  it('that is a pipe is asked about, and opened when both ends are there', async () => {
    const fifo = inside('fifo');
    await vm.ok(`mkfifo ${fifo}`);
    await guard(vault);
    const end = asker.do('open', fifo);
    expect(await answerer.reply({verdict: 'allow'})).toMatchObject({op: 'read', path: fifo});
    expect(await lab.owner.do('open-write', fifo)).toBe('OK');
    expect(await end).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it.each([1, 200])('of the longest name, %i directories deep, is told of whole', async (depth) => {
    await guard(vault);
    expect(await lab.owner.do('dig', vault, depth, 'd')).toBe('OK');
    const file = `${vault}/${'d/'.repeat(depth)}${'n'.repeat(255)}`;
    for (const [verdict, result] of [...VERDICTS].reverse()) {
      const end = asker.do('open-excl', file);
      expect(await answerer.reply({verdict})).toMatchObject({op: 'create', path: file, cut: 0});
      expect(await end).toBe(result);
    }
    expect(await askedNow()).toBe(2);
  });

  it.each(VERDICTS)('is asked about in other namespaces: %s', async (verdict, result) => {
    await vm.ok(`chmod 777 ${vault}`);
    await start('try', ['unshare', '-Urm']);
    await guard(vault);
    for (const [route, file] of [
      ['open', secret],
      ['unlink', secret],
      ['mkdir', inside('new')],
    ] as const) {
      const end = asker.do(route, file);
      expect(await answerer.reply({verdict})).toMatchObject({path: file, uid: 0});
      expect([route, await end]).toEqual([route, result]);
    }
    expect(await isThere(secret)).toBe(verdict === 'allow' ? 'ENOENT' : 'OK');
    expect(await askedNow()).toBe(3);
  });

  it('that is changed otherwise meanwhile leaves the other asker free', async () => {
    await guard(vault, {ops: ['delete']});
    const end = asker.do('unlink', secret);
    const question = await answerer.question();
    expect(await lab.intruder.do('rename', free, inside('free'))).toBe('OK');
    expect(await lab.intruder.do('rename', inside('free'), inside('freed'))).toBe('OK');
    await answerer.answer(question.id, {verdict: 'allow'});
    expect(await end).toBe('OK');
  });
});
