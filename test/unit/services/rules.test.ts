// SPDX-License-Identifier: MIT
import {linkSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, vi} from 'vitest';

import {ModuleError} from '../../../src/domain/errors.js';
import {protect} from '../../../src/services/protect.js';
import {clearRules, listRules, removeRules} from '../../../src/services/rules.js';
import {FakeGuard} from '../fake-guard.js';
import {newFolder} from '../folder.js';
import {REQUEST} from '../plain-rule.js';

const state = vi.hoisted((): {guard: unknown} => ({guard: undefined}));
vi.mock('../../../src/native/index.js', () => ({connect: () => Promise.resolve(state.guard)}));

let guard: FakeGuard;
let folder: string;

const plain = REQUEST;

beforeEach(() => {
  guard = new FakeGuard();
  state.guard = guard;
  /*
   * folder/
   * ├── real/file
   * ├── link -> real
   * └── dangling -> real/later
   */
  folder = newFolder();
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real/file'), '');
  symlinkSync('real', join(folder, 'link'));
  symlinkSync('real/later', join(folder, 'dangling'));
});

const protectPaths = (...paths: string[]) =>
  protect({...plain, paths: paths.map((path) => join(folder, path))});

describe('protect', () => {
  it.each([
    ['the file itself', 'real/file', 'real/file'],
    ['through a symbolic link', 'link/file', 'real/file'],
    ['with dots', 'real/../link/./file', 'real/file'],
    ['what is not there yet', 'link/new', 'real/new'],
    ['with slashes at the end', 'real//', 'real'],
    ['the target of a dangling link', 'dangling', 'real/later'],
  ])('guards %s', async (_name, path, guarded) => {
    await protect({...plain, paths: [`${folder}/${path}`]});
    expect(guard.rules.map((rule) => rule.path)).toEqual([join(folder, guarded)]);
  });

  it('resolves a relative path', async () => {
    const here = process.cwd();
    process.chdir(folder);
    await protect({...plain, paths: ['link/file', 'later']}).finally(() => {
      process.chdir(here);
    });
    const paths = guard.rules.map((rule) => rule.path);
    expect(paths).toEqual([join(folder, 'real/file'), join(folder, 'later')]);
  });

  it.each([
    ['a missing directory', 'none/x', 'none does not exist'],
    ['dots behind nothing', 'none/..', 'none/.. does not exist'],
    ['a file on the way', 'real/file/x', 'real/file'],
  ])('%s is named and changes nothing', async (_name, path, message) => {
    const wanted = protect({...plain, paths: [join(folder, 'real/file'), `${folder}/${path}`]});
    await expect(wanted).rejects.toThrow(message);
    expect(guard.rules).toEqual([]);
  });

  it('a process that does not exist is named and changes nothing', async () => {
    const wanted = protect({...plain, paths: [join(folder, 'x')], pids: [process.pid, 4194303]});
    await expect(wanted).rejects.toThrow('no process 4194303');
    expect(guard.rules).toEqual([]);
  });

  it('a path that is there by two ways is refused before it is sent', async () => {
    await expect(protectPaths('real/file', 'link/file')).rejects.toThrow('given twice');
    expect(guard.rules).toEqual([]);
  });

  it('says what was replaced and what is a directory', async () => {
    await protectPaths('real/file');
    const {rules} = await protectPaths('link/file', 'real');
    expect(rules.map(({replaced, isDirectory}) => [replaced, isDirectory])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('a suffix alone is one rule, without a path', async () => {
    const {rules} = await protect({...plain, paths: [], suffix: '.docx'});
    expect(rules).toHaveLength(1);
    expect(guard.rules).toMatchObject([{path: null, suffix: '.docx'}]);
  });

  it.each([
    ['a tree', {tree: true}],
    ['a suffix', {suffix: '.x'}],
  ])('%s below a file is refused', async (_name, traits) => {
    const wanted = protect({...plain, ...traits, paths: [join(folder, 'real/file')]});
    await expect(wanted).rejects.toMatchObject({code: 'ENOTDIR'});
    expect(guard.rules).toEqual([]);
  });

  it('reports the other names of a file', async () => {
    linkSync(join(folder, 'real/file'), join(folder, 'real/other'));
    linkSync(join(folder, 'real/file'), join(folder, 'above'));
    const {rules} = await protectPaths('real/file', 'real');
    expect(rules.map(({links}) => links)).toEqual([
      {count: 3, others: [join(folder, 'real/other'), join(folder, 'above')]},
      null,
    ]);
  });

  it('finds who holds a file below a tree, and one with a suffix', async () => {
    const {open} = await import('node:fs/promises');
    const held = await open(join(folder, 'real/file'), 'r');
    const find = async (traits: object, path: string) => {
      const {holders} = await protect({...plain, ...traits, paths: [join(folder, path)]});
      return holders.filter(({pid}) => pid === process.pid).map((holder) => holder.path);
    };
    const [tree, suffix, other] = [
      await find({tree: true}, '.'),
      await find({suffix: 'le'}, 'real'),
      await find({suffix: '.docx'}, 'real'),
    ];
    await held.close();
    expect([tree, suffix, other]).toEqual([
      [join(folder, 'real/file')],
      [join(folder, 'real/file')],
      [],
    ]);
  });

  it('finds who maps the file', async () => {
    const {holders} = await protect({...plain, paths: [process.execPath]});
    expect(holders).toContainEqual({
      pid: process.pid,
      comm: expect.any(String) as string,
      fd: null,
      path: guard.rules[0]?.path,
      access: 'map',
    });
  });

  it('the connection is closed also after a refusal', async () => {
    guard.refusal = new ModuleError('E2BIG', 'too many');
    await expect(protectPaths('x')).rejects.toMatchObject({code: 'E2BIG', message: 'too many'});
    expect(guard.closed).toBe(1);
  });
});

describe('rules', () => {
  beforeEach(async () => {
    await protect({...plain, name: 'first', paths: [join(folder, 'real/file')]});
    await protectPaths('real/new', 'real/other');
  });

  it.each([
    ['id', () => '2', 'real/new'],
    ['name', () => 'first', 'real/file'],
    ['path', () => join(folder, 'real/other'), 'real/other'],
    ['path through a link', () => join(folder, 'link/other'), 'real/other'],
  ])('are removed by %s', async (_name, target, path) => {
    const removed = await removeRules([target()]);
    expect(removed.map((rule) => rule.path)).toEqual([join(folder, path)]);
    expect(await listRules()).toHaveLength(2);
  });

  it('one about a suffix is removed by it, unless a file is called so', async () => {
    await protect({...plain, paths: [], suffix: '.docx'});
    await protect({...plain, paths: [folder], suffix: '.docx'});
    await protect({...plain, paths: [folder], suffix: '.odt'});
    expect(await removeRules(['.docx'])).toMatchObject([{path: null, suffix: '.docx'}]);
    expect(await removeRules(['.docx'])).toMatchObject([{path: folder, suffix: '.docx'}]);
    const here = process.cwd();
    process.chdir(folder);
    writeFileSync('.odt', '');
    await expect(removeRules(['.odt'])).rejects.toThrow('.odt');
    process.chdir(here);
  });

  it('a path or suffix of several rules is told with their ids', async () => {
    await protect({...plain, paths: [folder, join(folder, 'real')], suffix: '.a'});
    await expect(removeRules(['.a'])).rejects.toThrow('4, 5');
    await protect({...plain, paths: [folder], suffix: '.b'});
    await expect(removeRules([folder])).rejects.toThrow('4, 6');
    await protect({...plain, paths: [folder]});
    expect(await removeRules([folder])).toMatchObject([{suffix: null}]);
  });

  it('one that is not there spares the others', async () => {
    await expect(removeRules(['1', '99'])).rejects.toThrow('99');
    expect(await listRules()).toHaveLength(3);
  });

  it('are cleared', async () => {
    expect(await clearRules()).toHaveLength(3);
    expect(await listRules()).toEqual([]);
  });
});
