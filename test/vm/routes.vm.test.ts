// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {UNKNOWN_ROUTES, hasRoute, programHas} from './helper/release.js';
import {vm} from './runner/shared.js';

// /tmp/routes/
//   secret         "treasure", guarded: the owner gets in
//   hard           another name of it, made before the rule
//   soft           -> secret
//   way            -> the directory itself
//   inside         what the confined process runs
//   decoy          "decoy", not guarded
//   program        guarded, can be run
//   folder/        guarded
// /tmp/routes-bind/  the same by a bind mount
const lab = useLab('routes');
const intruders = useIntruders(lab);
const bind = '/tmp/routes-bind';

const rules = {secret: 0, program: 0, folder: 0};
/** Others, whose cwd is the directory, and whose root is above it. */
let others: Record<'standing' | 'confined', Actor>;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && ln secret hard && ln -s secret soft &&
     printf decoy >decoy && cp /bin/true program && mkdir folder && ln -s . way &&
     cp ${path.join(PROGRAMS, 'try')} inside &&
     mkdir -p ${bind} && mount --bind . ${bind}`,
  );
  others = {
    standing: await Actor.start({through: ['env', '-C', lab.directory]}),
    confined: await Actor.start({program: '/routes/inside', through: ['chroot', '/tmp']}),
  };
  for (const actor of [intruders.try, intruders.try32])
    expect(await actor.do('hold', lab.path('secret'))).toBe('OK');
  for (const name of ['secret', 'program', 'folder'] as const)
    rules[name] = (await lab.guard.add(lab.path(name), {pids: [lab.owner.pid]})).id;
});

afterAll(async () => {
  for (const actor of Object.values(others)) await actor.end();
  await vm.ok(`umount ${bind}`);
});

interface Row {
  route: string;
  names: readonly [string, string?];
  op: Op;
  /** Where the event names another path than the route. */
  path?: unknown;
  rule?: keyof typeof rules;
}

const row = (
  route: string,
  op: Op,
  names: Row['names'] = ['secret'],
  rest: Partial<Row> = {},
): Row => ({
  route,
  names,
  op,
  ...rest,
});

/** A handle is of the file, whatever its name. */
const eitherName = expect.stringMatching(/^\/tmp\/routes\/(secret|hard)$/);

const itself = {path: lab.path('secret')};

const OPENING: readonly Row[] = [
  row('open', 'read'),
  row('open-write', 'write'),
  row('open-rdwr', 'write'),
  row('open-append', 'write'),
  row('open-trunc', 'write'),
  row('open-read-trunc', 'read'),
  row('open-create', 'write'),
  row('open-create-read', 'read'),
  row('open-ioctl', 'write'),
  row('creat', 'write'),
  row('openat', 'read'),
  row('openat2', 'write'),
  row('dirfd', 'read'),
  row('relative', 'read'),
  row('dots', 'read'),
  row('proc-root', 'read'),
  row('proc-cwd', 'read'),
  row('o-path', 'write'),
  row('handle', 'read', ['secret'], {path: eitherName}),
  row('uring-open', 'read'),
  row('uring-open-async', 'write'),
  row('uring-openat2', 'read'),
  row('open', 'read', ['soft'], {path: lab.path('secret')}),
  row('open-trunc', 'write', ['soft'], {path: lab.path('secret')}),
  row('open', 'read', ['hard']),
  row('open-write', 'write', ['hard']),
  row('handle', 'read', ['hard'], {path: eitherName}),
  row('open', 'read', [`${bind}/secret`]),
  row('open-write', 'write', [`${bind}/hard`]),
  row('proc-root', 'read', [`${bind}/secret`]),
  row('open', 'read', ['way/secret'], itself),
  row('open-trunc', 'write', ['way/../routes/way/secret'], itself),
  row('open', 'read', ['/proc/standing/cwd/secret'], itself),
  row('open-write', 'write', ['/proc/standing/cwd/hard'], {path: lab.path('hard')}),
  row('open', 'read', ['/proc/confined/root/routes/secret'], itself),
  row('openat2', 'write', ['/proc/confined/root/routes/way/secret'], itself),
  row('open-dir', 'list', ['folder'], {rule: 'folder'}),
  row('execve', 'exec', ['program'], {rule: 'program'}),
  row('execveat', 'exec', ['program'], {rule: 'program'}),
];

const CHANGING: readonly Row[] = [
  row('truncate', 'truncate'),
  row('truncate', 'truncate', ['hard']),
  row('ftruncate', 'truncate'),
  row('truncate64', 'truncate'),
  row('ftruncate64', 'truncate'),
  row('uring-ftruncate', 'truncate'),
  row('truncate', 'truncate', ['way/secret'], itself),
  row('truncate', 'truncate', ['/proc/confined/root/routes/secret'], itself),
  row('unlink', 'delete'),
  row('unlinkat', 'delete'),
  row('uring-unlink', 'delete'),
  row('unlink', 'delete', ['hard']),
  row('unlink', 'delete', [`${bind}/secret`]),
  row('unlink', 'delete', ['way/secret'], itself),
  row('unlink', 'delete', ['/proc/standing/cwd/secret'], itself),
  row('unlinkat', 'delete', ['/proc/confined/root/routes/secret'], itself),
  row('rename', 'rename', ['secret', 'away']),
  row('renameat', 'rename', ['secret', 'away']),
  row('rename-noreplace', 'rename', ['secret', 'away']),
  row('rename-whiteout', 'rename', ['secret', 'away']),
  row('uring-rename', 'rename', ['secret', 'away']),
  row('rename', 'rename', ['secret', 'folder/away']),
  row('rename', 'rename', ['hard', 'away']),
  row('rename', 'rename', [`${bind}/secret`, `${bind}/away`]),
  row('rename', 'rename', ['decoy', 'secret']),
  row('renameat', 'rename', ['decoy', 'secret']),
  row('uring-rename', 'rename', ['decoy', 'secret']),
  row('rename', 'rename', ['decoy', 'hard']),
  row('rename-whiteout', 'rename', ['decoy', 'secret']),
  row('rename-whiteout', 'rename', ['decoy', 'hard']),
  row('rename-exchange', 'rename', ['secret', 'decoy']),
  row('rename-exchange', 'rename', ['decoy', 'secret']),
  row('uring-rename-exchange', 'rename', ['secret', 'decoy']),
  row('uring-rename-exchange', 'rename', ['decoy', 'hard']),
  row('link', 'link', ['secret', 'more']),
  row('linkat', 'link', ['secret', 'more']),
  row('link-empty', 'link', ['secret', 'more']),
  row('link-proc', 'link', ['secret', 'more']),
  row('uring-link', 'link', ['secret', 'more']),
  row('link', 'link', ['hard', 'more']),
  row('link', 'link', [`${bind}/secret`, `${bind}/more`]),
  row('rmdir', 'delete', ['folder'], {rule: 'folder'}),
  row('uring-rmdir', 'delete', ['folder'], {rule: 'folder'}),
  row('rename', 'rename', ['folder', 'away'], {rule: 'folder'}),
  row('rename-exchange', 'rename', ['decoy', 'folder'], {rule: 'folder'}),
];

const place = (name: string): string =>
  name.startsWith('/')
    ? name.replace(
        /^\/proc\/(standing|confined)\//,
        (_, who: keyof typeof others) => `/proc/${others[who].pid}/`,
      )
    : lab.path(name);

async function expectRefused(
  actor: Actor,
  {route, names, op, path: shown, rule = 'secret'}: Row,
): Promise<void> {
  const [first, second = ''] = names.map((name) => name && place(name));
  const before = await everything();
  expect(await actor.do(route, first ?? '', second)).toBe('EACCES');
  expect(await intruders.watcher.next()).toMatchObject({
    op,
    verdict: 'deny',
    reason: 'rule',
    rule: rules[rule],
    pid: actor.pid,
    path: shown ?? first,
    newPath: second,
    cut: 0,
  });
  expect(await everything()).toEqual(before);
}

/** What the folder looks like to somebody who may see it. */
const everything = (): Promise<string[]> =>
  lab.owner.showAll(
    ['secret', 'hard', 'decoy', 'folder', 'away', 'folder/away', 'more'].map(lab.path),
  );

describe.each(SIZES)('a %s that is not allowed', (program) => {
  it.each(OPENING)('cannot get in by $route of $names.0', async (attempt) => {
    await expectRefused(intruders[program], attempt);
  });

  it.each(CHANGING.filter(({route}) => programHas(program, route)))(
    'cannot $route $names',
    async (attempt) => {
      await expectRefused(intruders[program], attempt);
    },
  );

  it('is told that the name is taken, and learns no more', async () => {
    const secret = lab.path('secret');
    for (const route of ['open-excl', 'mkdir', 'mknod', 'symlink', 'uring-mkdir'].filter(hasRoute))
      expect([route, await intruders[program].do(route, secret)]).toEqual([route, 'EEXIST']);
    expect(await intruders[program].do('link', lab.path('decoy'), secret)).toBe('EEXIST');
  });

  it('gets no further by an operation that the io_uring of the kernel does not have', async () => {
    const before = await everything();
    for (const route of UNKNOWN_ROUTES.filter((name) => name.startsWith('uring-'))) {
      const words = [route, lab.path('secret'), lab.path('more')];
      expect([route, await intruders[program].do(...words)]).toEqual([route, 'EINVAL']);
    }
    expect(await everything()).toEqual(before);
  });

  it('can look at the attributes', async () => {
    expect(await intruders[program].do('stat', lab.path('secret'))).toBe('OK');
  });
});

describe('a process that is allowed', () => {
  const routes = OPENING.filter(({op, rule}) => rule === undefined && op !== 'exec');

  it.each(routes.filter(({route}) => !/trunc|creat$/.test(route)))(
    'gets in by $route of $names.0',
    async ({route, names}) => {
      expect(await lab.owner.do(route, place(names[0]))).toBe('OK');
    },
  );

  it('gets in with each of its threads', async () => {
    expect(await lab.owner.do('thread', 'open', lab.path('secret'))).toBe('OK');
  });

  it('does not let its children in', async () => {
    expect(await lab.owner.do('child', 'open', lab.path('secret'))).toBe('EACCES');
  });

  it('can be a 32-bit program', async () => {
    const small = await Actor.start({program: 'try32'});
    await lab.guard.add(lab.path('secret'), {pids: [lab.owner.pid, small.pid]});
    expect(await small.do('open-rdwr', lab.path('secret'))).toBe('OK');
    expect(await small.do('uring-open-async', lab.path('secret'))).toBe('OK');
    await small.end();
  });

  it('runs a guarded program in its own place', async () => {
    const runner = await Actor.start();
    await lab.guard.add(lab.path('program'), {pids: [runner.pid]});
    runner.say('execve', lab.path('program'));
    // What it said when it started is all it said: only a failure comes back from execve.
    expect(await runner.process.exit).toMatchObject({code: 0, stdout: 'OK\n'});
  });
});

describe('the refusals of this file', () => {
  it('are all that was reported', async () => {
    expect(await lab.intruder.do('open-rdwr', lab.path('program'))).toBe('EACCES');
    expect(await intruders.watcher.upTo(lab.path('program'))).toEqual([]);
  });
});
