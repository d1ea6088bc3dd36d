// SPDX-License-Identifier: MIT
// Tests the model by cases from docs/security-model.md and from the requirements.
import {describe, expect, it} from 'vitest';
import {understand, type Call} from './calls.js';
import {ACTORS} from './cases.js';
import {noteRun, OPS, type Op, type Process, type Rule} from './rules.js';
import {EMPTY, find, isLost, type Tree} from './tree.js';
import {decide, judge, targetAt, type Outcome, type World} from './verdict.js';

const [OWNER, OTHER, USER] = ACTORS as [Process, Process, Process];

/** Applies "mkdir /a", "rename /a /b", …, without rules. */
function call(words: string): Call {
  const [name, path = '', second = ''] = words.split(' ');
  const more = name === 'symlink' ? {target: second} : second ? {to: second} : {};
  return {call: name, path, ...more} as Call;
}

function after(tree: Tree, ...calls: string[]): Tree {
  return calls.reduce((so, words) => {
    const {result} = understand(so, call(words));
    if (typeof result === 'string') throw new Error(`${words}: ${result}`);
    return result;
  }, tree);
}

const treeOf = (...calls: string[]): Tree => after(EMPTY, ...calls);

let number = 0;
const rule = (path: string, more: Partial<Rule> = {}): Rule => ({
  name: `r${++number}`,
  about: {kind: 'path', path, follow: false},
  ops: OPS,
  allow: {processes: ['owner']},
  otherwise: 'deny',
  fallback: 'deny',
  ...more,
});
const tree = (path: string, more: Partial<Rule> = {}): Rule =>
  rule(path, {about: {kind: 'tree', path, follow: false}, ...more});
const suffix = (end: string, more: Partial<Rule> = {}, below?: string): Rule =>
  rule('', {about: {kind: 'suffix', suffix: end, below}, ...more});

function outcome(world: World, path: string, op: Op = 'read', by = OTHER): Outcome {
  const found = find(world.tree, path, false);
  if (isLost(found)) throw new Error(`${path}: ${found.errno}`);
  const target = {...targetAt(world.tree, found.ino, found.entry), mount: found.seenIn};
  return decide(world, target, op, by).outcome;
}

const may = (world: World, words: string, by = OTHER): boolean =>
  judge(world, understand(world.tree, call(words)).access, by).allowed;

describe('a tree', () => {
  const here = treeOf('mkdir /d', 'create /d/f', 'link /d/f /g', 'symlink /l d', 'mkdir /e');

  it.each([
    ['/d/f', '/g'],
    ['/l/f', '/g'],
  ])('has the same at %s and %s', (one, other) => {
    const [a, b] = [find(here, one, true), find(here, other, true)];
    expect(!isLost(a) && !isLost(b) && a.ino === b.ino).toBe(true);
  });

  it.each([
    ['create /d/f', 'EEXIST'],
    ['mkdir /x/y', 'ENOENT'],
    ['mkdir /g/y', 'ENOTDIR'],
    ['unlink /d', 'EISDIR'],
    ['rmdir /d', 'ENOTEMPTY'],
    ['rename /d /d/x', 'EINVAL'],
    ['rename /g /d', 'EISDIR'],
    ['rename /e /d', 'ENOTEMPTY'],
    ['exchange /g /x', 'ENOENT'],
    ['link /d /x', 'EPERM'],
    ['umount /d', 'EINVAL'],
  ])('lets nobody %s: %s', (words, errno) => {
    expect(understand(here, call(words)).result).toBe(errno);
  });

  it('is covered by a mount, and seen elsewhere by a bind', () => {
    const covered = after(here, 'mount /d', 'create /d/new');
    expect(isLost(find(covered, '/d/f', false)) || find(covered, '/d/f', false)).toMatchObject({
      ino: undefined,
    });
    expect(understand(covered, call('link /d/new /x')).result).toBe('EXDEV');
    const bound = after(here, 'bind /d /e');
    expect(find(bound, '/e/f', false)).toMatchObject({
      ino: (find(here, '/g', false) as {ino: 1}).ino,
    });
    expect(understand(covered, call('rename /d /x')).result).toBe('EBUSY');
    expect(find(after(covered, 'umount /d'), '/d/f', false)).not.toMatchObject({ino: undefined});
  });
});

describe('a rule about a path', () => {
  const here = treeOf('mkdir /d', 'create /d/f', 'link /d/f /g');
  const world: World = {tree: here, rules: [rule('/d/f')]};

  it('lets in whom it names, under that name', () => {
    expect(outcome(world, '/d/f', 'write', OWNER)).toBe('grant');
    expect(outcome(world, '/d/f', 'write')).toBe('deny');
  });

  it('holds for a name that nothing has yet', () => {
    expect(outcome({tree: here, rules: [rule('/d/x')]}, '/d/x', 'create')).toBe('deny');
  });

  it('is about what was renamed into place, and not about what has left', () => {
    const now = after(here, 'create /new', 'rename /new /d/f');
    expect(outcome({...world, tree: now}, '/d/f')).toBe('deny');
    expect(outcome({...world, tree: now}, '/g')).toBe('none');
  });

  it('counts for other names as long as the guarded one is there', () => {
    expect(outcome(world, '/g')).toBe('deny');
    expect(may(world, 'unlink /d/f', OWNER)).toBe(true);
    expect(outcome({...world, tree: after(here, 'unlink /d/f')}, '/g')).toBe('none');
  });

  it('does not open another name in a tree that is closed', () => {
    const closed = treeOf('mkdir /c', 'create /c/f', 'link /c/f /g');
    const rules = [tree('/c', {allow: {}}), rule('/g')];
    expect(outcome({tree: closed, rules}, '/g', 'read', OWNER)).toBe('grant');
    expect(outcome({tree: closed, rules}, '/c/f', 'read', OWNER)).toBe('deny');
  });

  it.each(['rename /d /x', 'rename /d/f /x', 'unlink /d/f', 'link /d/f /x'])(
    'does not let others %s',
    (words) => {
      expect(may(world, words)).toBe(false);
      expect(may(world, words, OWNER)).toBe(true);
    },
  );

  it('follows a directory that is put in the place of another', () => {
    const now = after(here, 'mkdir /e', 'create /e/f', 'exchange /d /e');
    expect(outcome({...world, tree: now}, '/d/f')).toBe('deny');
    expect(outcome({...world, tree: now}, '/e/f')).toBe('none');
  });

  it('follows a link, and guards it against being pointed elsewhere', () => {
    const linked = treeOf('mkdir /d', 'create /d/f', 'symlink /l d', 'mkdir /e', 'create /e/f');
    const rules = [rule('/l/f')];
    expect(outcome({tree: linked, rules}, '/d/f')).toBe('deny');
    expect(may({tree: linked, rules}, 'unlink /l')).toBe(false);
    const now = after(linked, 'unlink /l', 'symlink /l e');
    expect(outcome({tree: now, rules}, '/e/f')).toBe('deny');
    expect(outcome({tree: now, rules}, '/d/f')).toBe('none');
  });

  it('is about a link itself, or about what it points to', () => {
    const linked = treeOf('create /f', 'symlink /l f');
    const follows = rule('/l', {about: {kind: 'path', path: '/l', follow: true}});
    expect(outcome({tree: linked, rules: [rule('/l')]}, '/f')).toBe('none');
    expect(outcome({tree: linked, rules: [rule('/l')]}, '/l', 'rename')).toBe('deny');
    expect(outcome({tree: linked, rules: [follows]}, '/f')).toBe('deny');
    expect(may({tree: linked, rules: [follows]}, 'unlink /l')).toBe(false);
  });

  it('waits for a directory that is not there yet', () => {
    const rules = [rule('/x/f')];
    expect(may({tree: EMPTY, rules}, 'mkdir /x')).toBe(true);
    expect(outcome({tree: after(EMPTY, 'mkdir /x'), rules}, '/x/f', 'create')).toBe('deny');
  });
});

describe('the rank', () => {
  const here = treeOf('mkdir /a', 'mkdir /a/b', 'create /a/b/c.key');
  const file = '/a/b/c.key';
  const open = {otherwise: 'log'} as const;

  it.each<[string, Rule[], Outcome]>([
    ['path before tree', [tree('/a/b'), rule(file, open)], 'log'],
    ['the deeper tree before the other', [tree('/a'), tree('/a/b', open)], 'log'],
    ['tree before suffix', [suffix('.key'), tree('/a', open)], 'log'],
    ['suffixes: the stricter', [suffix('.key', open), suffix('key')], 'deny'],
    [
      'a rule about another operation says nothing',
      [rule(file, {ops: ['write']}), tree('/a')],
      'deny',
    ],
    ['a suffix counts only below its directory', [suffix('.key', {}, '/a/b/c')], 'none'],
    ['asking before reporting', [suffix('.key', open), suffix('key', {otherwise: 'ask'})], 'ask'],
  ])('%s', (_, rules, expected) => {
    expect(outcome({tree: here, rules}, file)).toBe(expected);
    expect(outcome({tree: here, rules: rules.toReversed()}, file)).toBe(expected);
  });

  it('of several operations the strictest counts', () => {
    const rules = [rule(file, {ops: ['write']})];
    expect(may({tree: here, rules}, `read ${file}`)).toBe(true);
    expect(may({tree: here, rules}, `read-write ${file}`)).toBe(false);
    expect(may({tree: here, rules}, `open-truncate ${file}`)).toBe(false);
  });
});

describe('who is refused something of an object', () => {
  const here = treeOf('mkdir /a', 'mkdir /a/d', 'create /a/d/f', 'create /a/f', 'mkdir /b');

  it.each(['rename /a/f /b/f', 'link /a/f /b/f', 'rename /a/d /b/d'])(
    'does not %s, where less is refused',
    (words) => {
      expect(may({tree: here, rules: [tree('/a', {ops: ['read']})]}, words)).toBe(false);
      expect(may({tree: here, rules: [tree('/a', {ops: ['read']})]}, words, OWNER)).toBe(true);
    },
  );

  it('moves it to where as much is refused', () => {
    const rules = [tree('/a', {ops: ['read']}), tree('/b', {ops: ['read']})];
    expect(may({tree: here, rules}, 'rename /a/f /b/f')).toBe(true);
    const others = [
      tree('/a', {ops: ['read']}),
      tree('/b', {ops: ['read'], allow: {uids: [1000]}}),
    ];
    expect(may({tree: here, rules: others}, 'rename /a/f /b/f')).toBe(false);
  });

  it('does not move a directory away that is on the way to it', () => {
    expect(may({tree: here, rules: [rule('/a/f', {ops: ['read']})]}, 'rename /a /c')).toBe(false);
  });

  it('does not take the guarded name from a file that has another', () => {
    const linked = after(here, 'link /a/f /g');
    const rules = [rule('/a/f', {ops: ['read']})];
    expect(may({tree: linked, rules}, 'unlink /a/f')).toBe(false);
    expect(may({tree: here, rules}, 'unlink /a/f')).toBe(true);
    expect(may({tree: linked, rules}, 'unlink /g')).toBe(true);
  });

  it('moves no directory out of where a suffix counts', () => {
    expect(may({tree: here, rules: [suffix('f', {}, '/a')]}, 'rename /a/d /b/d')).toBe(false);
  });
});

describe('subjects', () => {
  const here = treeOf('create /f', 'create /tool');
  const whose = (allow: Rule['allow'], by: Process): Outcome =>
    outcome({tree: here, rules: [rule('/f', {allow})]}, '/f', 'read', by);
  const runsTool: Process = {
    ...OTHER,
    program: (find(here, '/tool', false) as {ino: number}).ino,
  };

  it.each<[string, Rule['allow'], Process, Outcome]>([
    ['nobody', {}, OWNER, 'deny'],
    ['a process', {processes: ['owner']}, OWNER, 'grant'],
    ['a user', {uids: [1000]}, USER, 'grant'],
    ['kinds join with "and"', {processes: ['owner'], uids: [1000]}, OWNER, 'deny'],
    ['a child', {processes: ['owner'], children: true}, {...OTHER, forebears: ['owner']}, 'grant'],
    ['no child', {processes: ['owner']}, {...OTHER, forebears: ['owner']}, 'deny'],
    ['a program', {exes: ['/tool']}, runsTool, 'grant'],
    ['another program', {exes: ['/tool']}, OTHER, 'deny'],
    ['a program that is not there', {exes: ['/none']}, runsTool, 'deny'],
  ])('%s', (_, allow, by, expected) => {
    expect(whose(allow, by)).toBe(expected);
  });

  it('a program that was upgraded is the program', () => {
    const now = after(here, 'create /new', 'rename /new /tool');
    const upgraded = {...OTHER, program: (find(now, '/tool', false) as {ino: number}).ino};
    const rules = [rule('/f', {allow: {exes: ['/tool']}})];
    expect(outcome({tree: now, rules}, '/f', 'read', upgraded)).toBe('grant');
  });

  it('who ran a program before its upgrade is let in, and who runs it later is not', () => {
    const rules = [rule('/f', {allow: {exes: ['/tool']}})];
    const now = after(here, 'link /tool /old', 'create /new', 'rename /new /tool');
    const before = noteRun(now, rules, noteRun(here, rules, runsTool));
    expect(outcome({tree: now, rules}, '/f', 'read', before)).toBe('grant');
    expect(outcome({tree: now, rules}, '/f', 'read', noteRun(now, rules, runsTool))).toBe('deny');
  });
});

describe('mounts', () => {
  const here = treeOf('mkdir /a', 'create /a/f', 'mkdir /b');
  const world: World = {tree: here, rules: [rule('/a/f')]};

  it('hide nothing that is guarded', () => {
    expect(may(world, 'mount /a')).toBe(false);
    expect(may(world, 'mount /a', OWNER)).toBe(true);
    expect(may(world, 'mount /b')).toBe(true);
  });

  it('are made where nothing is hidden', () => {
    expect(may({tree: here, rules: [rule('/b/f')]}, 'mount /b')).toBe(true);
  });

  it('go, unless something else is revealed', () => {
    const stick = after(here, 'mount /b', 'create /b/f');
    expect(may({tree: stick, rules: [rule('/b/f')]}, 'umount /b')).toBe(true);
    const over = after(here, 'mount /a', 'create /a/f');
    expect(may({tree: over, rules: [rule('/a/f')]}, 'umount /a')).toBe(false);
  });

  it('show a guarded file elsewhere, guarded', () => {
    expect(outcome({...world, tree: after(here, 'bind /a /b')}, '/b/f')).toBe('deny');
  });

  it('end a tree', () => {
    const inner = after(here, 'mkdir /a/m', 'mount /a/m', 'create /a/m/f');
    expect(outcome({tree: inner, rules: [tree('/a')]}, '/a/m/f')).toBe('none');
  });
});
