// SPDX-License-Identifier: MIT
import {beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {programHas} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/tree/
//   vault/d/d/…/{secret,program,sub/}   guarded below vault: the owner gets in; at each of DEPTHS
//   free                                not guarded
const DEPTHS = [1, 21, 64];
const lab = useLab('tree');
const intruders = useIntruders(lab);
const vault = lab.path('vault');
const free = lab.path('free');
let rule: number;

const at = (depth: number, name: string): string => `${vault}/${'d/'.repeat(depth - 1)}${name}`;

beforeAll(async () => {
  await vm.ok(`mkdir ${vault} && printf decoy >${free}`);
  expect(await lab.owner.do('dig', vault, 64, 'd')).toBe('OK');
  for (const depth of DEPTHS)
    await vm.ok(
      `cd ${at(depth, '.')} && printf treasure >secret && cp /bin/true program && mkdir sub`,
    );
  rule = (await lab.guard.add(vault, {tree: true, pids: [lab.owner.pid]})).id;
});

/** A name within the tree, or one outside with a leading slash. */
const ROWS: [route: string, op: Op, first: string, second?: string][] = [
  ['open', 'read', 'secret'],
  ['open-write', 'write', 'secret'],
  ['handle', 'read', 'secret', '/'],
  ['uring-open', 'read', 'secret'],
  ['truncate', 'truncate', 'secret'],
  ['execve', 'exec', 'program'],
  ['open-excl', 'create', 'new'],
  ['creat', 'create', 'new'],
  ['mknod', 'create', 'new'],
  ['mkfifo', 'create', 'new'],
  ['bind', 'create', 'new'],
  ['symlink', 'create', 'new'],
  ['mkdir', 'create', 'new'],
  ['uring-mkdir', 'create', 'new'],
  ['unlink', 'delete', 'secret'],
  ['uring-unlink', 'delete', 'secret'],
  ['rmdir', 'delete', 'sub'],
  ['rename', 'rename', 'secret', '/new'],
  ['rename', 'rename', 'secret', 'new'],
  ['rename', 'rename', 'sub', '/new'],
  ['rename', 'rename', '/free', 'new'],
  ['rename', 'rename', '/free', 'secret'],
  ['rename-exchange', 'rename', '/free', 'secret'],
  ['rename-exchange', 'rename', 'secret', '/free'],
  ['rename-whiteout', 'rename', 'secret', '/new'],
  ['link', 'link', 'secret', '/new'],
  ['link', 'create', '/free', 'new'],
  ['link-tmpfile', 'create', 'new'],
  ['chmod', 'attr', 'secret'],
  ['touch', 'attr', 'sub'],
  ['open-dir', 'list', 'sub'],
];

/** Tried at one depth only. */
const MORE_ROWS: typeof ROWS = [
  ['truncate64', 'truncate', 'secret'],
  ['openat-create', 'create', 'new'],
  ['mkdirat', 'create', 'new'],
  ['mknodat', 'create', 'new'],
  ['symlinkat', 'create', 'new'],
  ['socketcall-bind', 'create', 'new'],
  ['uring-bind', 'create', 'new'],
  ['unlinkat', 'delete', 'secret'],
  ['uring-rmdir', 'delete', 'sub'],
  ['linkat', 'link', 'secret', '/new'],
  ['rename-whiteout', 'rename', '/free', 'new'],
  ['rename-whiteout', 'rename', '/free', 'secret'],
  ['uring-rename-exchange', 'rename', '/free', 'secret'],
];

/** Where the file that gets the name has none itself. */
const UNNAMED = /^link-tmpfile$/;

describe.each([
  ...DEPTHS.map((depth) => [depth, 'try', depth === 21 ? MORE_ROWS : []] as const),
  [21, 'try32', MORE_ROWS] as const,
])('at depth %i, a %s', (depth, program, more) => {
  const rows = [...ROWS, ...more].filter(
    ([route]) => programHas(program, route) && !UNNAMED.test(route),
  );
  const place = (name: string): string =>
    name.startsWith('/') ? lab.path(name.slice(1)) : at(depth, name);
  const everything = (): Promise<string[]> =>
    lab.owner.showAll(['secret', 'program', 'sub', 'new', '/free', '/new'].map(place));

  it.each(rows)('is refused %s as %s: %s %s', async (route, op, first, second) => {
    await expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, place(first), ...(second ? [place(second)] : [])],
      op,
      rule,
      path: place(first),
      unchanged: async () => [await everything(), await lab.owner.do('attributes', place(first))],
    });
  });

  it('cannot give a file that has none a name there', async () => {
    expect(await intruders[program].do('link-tmpfile', place('new'))).toBe('EACCES');
    expect(await intruders.watcher.next()).toMatchObject({verdict: 'deny', rule});
    expect(await lab.owner.show(place('new'))).toBe('ENOENT');
  });

  it('can look at everything, which is as before', async () => {
    expect(await lab.owner.show(place('secret'))).toContain('content=treasure');
    expect(await intruders[program].do('stat', place('secret'))).toBe('OK');
  });

  it('can do less than the allowed process', async () => {
    for (const route of ['open-rdwr', 'chmod', 'open-create'])
      expect([route, await lab.owner.do(route, place('secret'))]).toEqual([route, 'OK']);
    expect(await lab.owner.do('mkdir', place('mine'))).toBe('OK');
    expect(await lab.owner.do('rename', place('mine'), place('/mine'))).toBe('OK');
    expect(await lab.owner.do('rmdir', place('/mine'))).toBe('OK');
  });
});

describe('the directory of a tree', () => {
  const ITSELF: [route: string, op: Op, second?: string][] = [
    ['rmdir', 'delete'],
    ['rename', 'rename', lab.path('elsewhere')],
    ['rename-exchange', 'rename', free],
    ['open-dir', 'list'],
    ['chmod', 'attr'],
  ];

  it.each(ITSELF)('refuses %s', async (route, op, second) => {
    await expectRefusal({
      actor: lab.intruder,
      watcher: intruders.watcher,
      words: [route, vault, ...(second ? [second] : [])],
      op,
      rule,
      path: vault,
      unchanged: () => lab.owner.show(vault),
    });
  });

  it('is not its parent, nor one whose name begins like it', async () => {
    await vm.ok(`mkdir ${vault}-not && touch ${vault}-not/file`);
    expect(await lab.intruder.do('open-rdwr', `${vault}-not/file`)).toBe('OK');
    expect(await lab.intruder.do('open-dir', lab.directory)).toBe('OK');
    expect(await lab.intruder.do('rename', `${vault}-not`, `${vault}-neither`)).toBe('OK');
  });
});

describe('what comes later', () => {
  it('is guarded too: new directories, and what is moved in', async () => {
    expect(await lab.owner.do('dig', vault, 3, 'later')).toBe('OK');
    const later = `${vault}/later/later/later/file`;
    expect(await lab.owner.do('write', later, 'new')).toBe('OK');
    expect(await lab.intruder.do('open', later)).toBe('EACCES');
    await vm.ok(`mkdir -p ${lab.path('in/deep')} && touch ${lab.path('in/deep/file')}`);
    expect(await lab.intruder.do('open', lab.path('in/deep/file'))).toBe('OK');
    expect(await lab.owner.do('rename', lab.path('in'), `${vault}/in`)).toBe('OK');
    expect(await lab.intruder.do('open', `${vault}/in/deep/file`)).toBe('EACCES');
    expect(await lab.owner.do('rename', `${vault}/in`, lab.path('out'))).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('out/deep/file'))).toBe('OK');
  });

  it('a tree that does not exist yet is guarded when it does', async () => {
    await lab.guard.add(lab.path('future'), {tree: true, pids: [lab.owner.pid]});
    expect(await lab.intruder.do('mkdir', lab.path('future'))).toBe('EACCES');
    expect(await lab.owner.do('dig', lab.directory, 1, 'future')).toBe('OK');
    expect(await lab.owner.do('write', lab.path('future/file'), 'x')).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('future/file'))).toBe('EACCES');
    expect(await lab.intruder.do('open-excl', lab.path('future/other'))).toBe('EACCES');
  });
});

describe('names and paths at their limits', () => {
  const long = 'n'.repeat(255);

  it('names of 255 bytes are guarded', async () => {
    expect(await lab.owner.do('write', `${vault}/${long}`, 'x')).toBe('OK');
    expect(await lab.intruder.do('open', `${vault}/${long}`)).toBe('EACCES');
    expect(await lab.intruder.do('unlink', `${vault}/${long}`)).toBe('EACCES');
    expect(await lab.intruder.do('rename', free, `${vault}/${'m'.repeat(255)}`)).toBe('EACCES');
    await intruders.watcher.end();
    intruders.watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });

  it('a path beyond PATH_MAX is guarded', async () => {
    const directory = 'p'.repeat(255);
    const below = [vault, 20, directory];
    expect(await lab.owner.do('dig', ...below)).toBe('OK');
    expect(await lab.owner.do('below', ...below, 'open-excl', 'secret')).toBe('OK');
    for (const [route, op, name] of [
      ['open', 'read', 'secret'],
      ['open-write', 'write', 'secret'],
      ['open-excl', 'create', 'new'],
      ['unlink', 'delete', 'secret'],
    ] as const) {
      expect([route, await lab.intruder.do('below', ...below, route, name)]).toEqual([
        route,
        'EACCES',
      ]);
      const event = await intruders.watcher.next();
      // No string holds all of it, and the event says so.
      expect({op: event.op, rule: event.rule, cut: event.cut}).toEqual({op, rule, cut: 1});
      expect(event.path.split('/').at(-1)).toBe(name);
    }
    expect(await lab.intruder.do('below', ...below, 'rename', free, 'new')).toBe('EACCES');
    expect(await lab.intruder.do('below', ...below, 'rename', 'secret', free)).toBe('EACCES');
    expect(await lab.owner.do('below', ...below, 'open', 'secret')).toBe('OK');
    expect(await lab.owner.show(free)).toContain('content=decoy');
  });
});

describe('where rules overlap', () => {
  const inner = `${vault}/inner`;
  const file = `${inner}/file`;

  beforeAll(async () => {
    expect(await lab.owner.do('dig', vault, 1, 'inner')).toBe('OK');
    expect(await lab.owner.do('write', file, 'x')).toBe('OK');
  });

  it('the deeper tree wins over the shallower one', async () => {
    await lab.guard.add(inner, {tree: true, pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('open-rdwr', file)).toBe('OK');
    expect(await lab.owner.do('open', file)).toBe('EACCES');
    expect(await lab.intruder.do('open', at(1, 'secret'))).toBe('EACCES');
  });

  it('a path wins over all trees', async () => {
    await lab.guard.add(file, {pids: [lab.owner.pid]});
    expect(await lab.intruder.do('open', file)).toBe('EACCES');
    expect(await lab.owner.do('open', file)).toBe('OK');
    await lab.guard.add(file, {otherwise: 'log'});
    expect(await lab.intruder.do('open', file)).toBe('OK');
    expect(await lab.owner.do('open', file)).toBe('OK');
  });

  it('a rule that is not about the operation leaves it to the next', async () => {
    await lab.guard.add(file, {ops: ['write'], pids: [lab.owner.pid]});
    expect(await lab.intruder.do('open', file)).toBe('OK');
    expect(await lab.intruder.do('open-write', file)).toBe('EACCES');
    expect(await lab.owner.do('open-write', file)).toBe('OK');
    expect(await lab.owner.do('open', file)).toBe('EACCES');
  });
});
