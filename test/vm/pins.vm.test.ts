// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/pins/
//   a/b/c/secret     guarded: the owner gets in
//   a/b/c/absent     not there, and guarded as well
//   fake/b/c/secret  what an intruder would like to put there
//   a/beside/        a directory that nobody minds
//   a/hollow/        an empty one
//   a/mounted/       a filesystem, with a file that may be guarded
const lab = useLab('pins');
const intruders = useIntruders(lab);
const secret = lab.path('a/b/c/secret');
let rule: number;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir -p a/b/c a/beside a/hollow a/mounted fake/b/c empty && printf bait >fake/b/c/secret &&
     mount -t tmpfs mounted a/mounted && printf treasure | tee a/b/c/secret >a/mounted/secret`,
  );
});

afterAll(async () => {
  await lab.guard.clear();
  await vm.ok(`umount ${lab.path('a/mounted')}`);
});

beforeEach(async () => {
  rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
});

/** What is there, and where it would go. */
const SEEN = 'a a/b a/b/c a/b/c/secret a/c fake fake/b fake/b/c gone empty a/hollow a/mounted';

const tree = (): Promise<string[]> => lab.owner.showAll(SEEN.split(' ').map(lab.path));

type Deed = readonly [op: Op, route: string, ...paths: string[]];

interface Who {
  actor: Actor;
  watcher: Watcher;
}

/** It is refused by the rule, is told of by the first path, and changes nothing. */
const refuses = (
  [op, ...words]: Deed,
  who: Who = {actor: lab.intruder, watcher: intruders.watcher},
  path: unknown = words[1],
): Promise<void> => expectRefusal({...who, words, op, rule, path, unchanged: tree});

const ROWS: [route: string, first: string, second: string][] = [
  ['rename', 'a', 'gone'],
  ['rename', 'a/b', 'gone'],
  ['rename', 'a/b/c', 'gone'],
  ['rename', 'a/b/c', 'a/c'],
  ['renameat', 'a', 'gone'],
  ['rename-noreplace', 'a', 'gone'],
  ['rename-whiteout', 'a/b', 'gone'],
  ['uring-rename', 'a/b', 'gone'],
  ['uring-rename-exchange', 'fake', 'a'],
  ['rename-exchange', 'a', 'fake'],
  ['rename-exchange', 'fake/b', 'a/b'],
  ['rename-exchange', 'a/b/c', 'fake/b/c'],
];

describe.each(SIZES)('for a %s a directory on the way', (program) => {
  const who = (): Who => ({actor: intruders[program], watcher: intruders.watcher});

  it.each(ROWS)('cannot be moved by %s: %s %s', async (route, first, second) => {
    await refuses(['rename', route, lab.path(first), lab.path(second)], who());
  });

  /** Of a directory, and by putting an empty one in its place. */
  const expectKept = async (directory: string): Promise<void> => {
    const rows: Deed[] = [
      ['delete', 'rmdir', directory],
      ['delete', 'uring-rmdir', directory],
      ['rename', 'rename', lab.path('empty'), directory],
    ];
    for (const row of rows) await refuses(row, who());
  };

  it('cannot be removed or replaced', () => expectKept(lab.path('a/b/c')));

  it.each([
    ['the object is not there yet', 'a/hollow/absent', {}],
    ['a suffix counts below it', 'a/hollow', {suffix: '.docx'}],
  ])('cannot be removed or replaced where %s', async (_, object, what) => {
    await lab.guard.clear();
    rule = (await lab.guard.add(lab.path(object), {...what, pids: [lab.owner.pid]})).id;
    await expectKept(lab.path('a/hollow'));
  });
});

describe('a directory on the way to a guarded file', () => {
  it('does not keep what is beside it', async () => {
    expect(await lab.intruder.do('rename', lab.path('a/beside'), lab.path('a/moved'))).toBe('OK');
    expect(await lab.intruder.do('rename', lab.path('a/moved'), lab.path('a/beside'))).toBe('OK');
    expect(await lab.intruder.do('mkdir', lab.path('a/b/new'))).toBe('OK');
    expect(await lab.intruder.do('rmdir', lab.path('a/b/new'))).toBe('OK');
  });

  it('is kept for an object that is not there yet', async () => {
    await lab.guard.clear();
    await lab.guard.add(lab.path('a/b/c/absent'), {pids: [lab.owner.pid]});
    for (const name of ['a', 'a/b', 'a/b/c'])
      expect([name, await lab.intruder.do('rename', lab.path(name), lab.path('gone'))]).toEqual([
        name,
        'EACCES',
      ]);
    for (let i = 0; i < 3; i++) await intruders.watcher.next();
    await lab.guard.clear();
  });

  it.each([
    ['everything', {}],
    ['reading alone', {ops: ['read']}],
  ] as const)('can be removed by the allowed process: a rule about %s', async (_, what) => {
    const hollow = lab.path('a/hollow');
    await lab.guard.clear();
    await lab.guard.add(`${hollow}/absent`, {...what, pids: [lab.owner.pid]});
    expect(await lab.owner.do('rmdir', hollow)).toBe('OK');
    expect(await lab.intruder.do('mkdir', hollow)).toBe('OK');
  });

  it.each([
    ['a path', 'a/b/c/secret', {}],
    ['a path that is not there yet', 'a/b/c/absent', {}],
    ['a tree', 'a/b/c', {tree: true}],
    ['a suffix', 'a/b/c', {suffix: '.docx'}],
  ])('is kept from those who may not read what is at its end: %s', async (_, object, what) => {
    await lab.guard.clear();
    const pids = [lab.owner.pid];
    rule = (await lab.guard.add(lab.path(object), {...what, ops: ['read'], pids})).id;
    await refuses(['rename', 'rename', lab.path('a/b'), lab.path('a/z')]);
    await refuses(['rename', 'rename-exchange', lab.path('a/b'), lab.path('a/beside')]);
    expect((await lab.guard.explain(lab.path('a/b'), 'rename', lab.intruder.pid)).rule).toBe(rule);
    expect((await lab.guard.explain(lab.path('a/b'), 'rename', lab.owner.pid)).rule).toBe(0);
  });

  it('is not kept by a rule about reading that only reports', async () => {
    await lab.guard.clear();
    await lab.guard.add(secret, {ops: ['read'], otherwise: 'log'});
    expect(await lab.intruder.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
  });

  it('leaves the object itself to what the rule is about', async () => {
    const file = lab.path('a/b/c/readable');
    await vm.ok(`touch ${file}`);
    await lab.guard.clear();
    await lab.guard.add(file, {ops: ['write'], pids: [lab.owner.pid]});
    expect(await lab.intruder.do('open', file)).toBe('OK');
    expect(await lab.intruder.do('unlink', file)).toBe('OK');
  });

  it('is kept where another namespace has unmounted what is on it', async () => {
    const apart = await Actor.start();
    const watcher = await Watcher.start({verdict: 'deny', pids: [apart.pid]});
    const mounted = lab.path('a/mounted');
    rule = (await lab.guard.add(`${mounted}/secret`, {pids: [lab.owner.pid]})).id;
    const before = await vm.ok('cat /proc/self/mountinfo');
    expect(await apart.do('unshare', 'private')).toBe('OK');
    expect(await apart.do('umount', mounted)).toBe('OK');
    for (const row of [
      ['delete', 'rmdir', mounted],
      ['rename', 'rename', lab.path('empty'), mounted],
    ] as const)
      await refuses(row, {actor: apart, watcher});
    expect(await vm.ok('cat /proc/self/mountinfo')).toBe(before);
    expect(await lab.owner.show(`${mounted}/secret`)).toContain('content=treasure');
    await watcher.end();
    await apart.end();
  });

  it('is not kept after the rule', async () => {
    await lab.guard.clear();
    expect(await lab.intruder.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
  });
});

describe('what has left the guarded name', () => {
  it.each([
    ['a directory', {}],
    ['a tree', {tree: true}],
  ])('is on the way to it no more: %s', async (_, what) => {
    const [kept, left] = [lab.path('a/kept'), lab.path('a/left')];
    await lab.guard.clear();
    await vm.ok(`mkdir ${kept}`);
    await lab.guard.add(kept, {...what, pids: [lab.owner.pid]});
    expect(await lab.intruder.do('rename', kept, left)).toBe('EACCES');
    await intruders.watcher.next();
    expect(await lab.owner.do('rename', kept, left)).toBe('OK');
    expect((await lab.guard.explain(left, 'delete', lab.intruder.pid)).count).toBe(0);
    expect(await lab.intruder.do('mount', left)).toBe('OK');
    expect(await lab.intruder.do('umount', left)).toBe('OK');
    expect(await lab.intruder.do('rename', left, lab.path('a/moved'))).toBe('OK');
    expect(await lab.intruder.do('rmdir', lab.path('a/moved'))).toBe('OK');
    expect(await lab.intruder.do('mkdir', kept)).toBe('EACCES');
    await intruders.watcher.next();
  });
});

describe('whom a rule about something below lets in, or only reports', () => {
  it.each([
    ['a path, and lets in', 'a/b/c/secret', () => ({pids: [lab.intruder.pid]})],
    ['a path, and reports', 'a/b/c/secret', () => ({otherwise: 'log'}) as const],
    ['a suffix', 'a/b/c', () => ({suffix: '.docx', pids: [lab.intruder.pid]})],
  ])('is refused what a tree refuses, where it is about %s', async (_, below, rest) => {
    await lab.guard.clear();
    rule = (await lab.guard.add(lab.path('a'), {tree: true, pids: [lab.owner.pid]})).id;
    await lab.guard.add(lab.path(below), rest());
    for (const row of [
      ['rename', 'rename', lab.path('a/b'), lab.path('a/z')],
      ['rename', 'rename-exchange', lab.path('a/b/c'), lab.path('a/beside')],
      ['mount', 'mount', lab.path('a/b/c')],
      ['mount', 'mount-move', lab.path('a/mounted'), lab.path('a/b/c')],
    ] as const)
      await refuses(row, undefined, expect.any(String));
  });

  it('may not remove the directory where it would be', async () => {
    await lab.guard.clear();
    rule = (await lab.guard.add(lab.path('a'), {tree: true, pids: [lab.owner.pid]})).id;
    await lab.guard.add(lab.path('a/hollow/absent'), {pids: [lab.intruder.pid]});
    await refuses(['delete', 'rmdir', lab.path('a/hollow')]);
  });
});

describe('the allowed process', () => {
  it('may move a directory, and the file stays guarded where it goes', async () => {
    expect(await lab.owner.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    const moved = lab.path('a/z/c/secret');
    expect(await lab.intruder.do('open', moved)).toBe('EACCES');
    expect(await lab.intruder.do('unlink', moved)).toBe('EACCES');
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('gone'))).toBe('EACCES');
    expect(await lab.owner.do('unlink', moved)).toBe('OK');
    expect(await lab.intruder.do('open-excl', moved)).toBe('EACCES');
    expect(await lab.owner.do('write', moved, 'again')).toBe('OK');
    expect(await lab.intruder.do('open', moved)).toBe('EACCES');
    expect(await lab.owner.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });
});
