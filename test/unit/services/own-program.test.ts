// SPDX-License-Identifier: MIT
import {chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';

import {findLibrary} from '../../../src/native/find-library.js';
import {requireOwnProgram} from '../../../src/services/service/own-program.js';
import {EVE, evesFile, evesFolder, isRoot} from '../eve.js';
import {newFolder} from '../folder.js';

let root: string;
let node: string;

/*
 * root/
 * ├── node
 * └── package/{bin/run.js,libnetlink/libfguard.so,dist/deep/main.cjs,.git/config}
 */
beforeEach(() => {
  root = newFolder();
  node = join(root, 'node');
  writeFileSync(node, '');
  for (const name of ['bin/run.js', 'libnetlink/libfguard.so', 'dist/deep/main.cjs', '.git/config'])
    make(join('package', name));
});

function make(name: string): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), {recursive: true});
  writeFileSync(path, '');
  return path;
}

const folder = (): string => join(root, 'package');
const give = (name: string): void => chownSync(join(root, name), EVE, EVE);
const require = (program = node) => requireOwnProgram(program, folder());

describe.runIf(isRoot)('the service', () => {
  it('runs what nobody but root can change', () => {
    symlinkSync('run.js', join(folder(), 'bin/fguard'));
    give('package/.git/config');
    expect(() => require()).not.toThrow();
  });

  it.each(['node', 'package', 'package/bin', 'package/bin/run.js', 'package/dist/deep/main.cjs'])(
    'does not run what belongs to another user: %s',
    (name) => {
      give(name);
      expect(() => require()).toThrow(`${join(root, name)} belongs to user ${EVE}`);
    },
  );

  it('does not run what others may write to, or a link of theirs leads to', () => {
    const eve = evesFolder();
    evesFile(join(eve, 'node'), '');
    expect(() => require(join(eve, 'node'))).toThrow('belongs to user');
    symlinkSync(eve, join(folder(), 'dist/link'));
    expect(() => require()).toThrow('belongs to user');
  });

  it('does not run a file that others may write to', () => {
    chmodSync(join(folder(), 'dist/deep/main.cjs'), 0o666);
    expect(() => require()).toThrow('other users can write to');
  });
});

describe.runIf(isRoot)('the library', () => {
  it('beside the program is refused if another can change it, and not the program', () => {
    const library = join(folder(), 'libnetlink/libfguard.so');
    expect(findLibrary(`${folder()}/`, [])).toBe(library);
    give('package/libnetlink');
    expect(() => findLibrary(`${folder()}/`, [])).toThrow('belongs to user');
    give('package');
    expect(findLibrary(`${folder()}/`, [])).toBe(library);
  });

  it('of the system is the first that nobody else can change', () => {
    const [open, own] = ['open', 'own'].map((name) => make(`${name}/libfguard.so.0`));
    chmodSync(join(root, 'open'), 0o777);
    const folders = ['open', 'own'].map((name) => join(root, name));
    expect(findLibrary('/nonexistent/', folders)).toBe(own);
    expect(() => findLibrary('/nonexistent/', folders.slice(0, 1))).toThrow(`${open} is not safe`);
  });
});
