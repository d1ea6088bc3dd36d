// SPDX-License-Identifier: MIT
import {lchownSync, mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';

import {PathResolver, resolveWritten} from '../../../src/linux/resolve-path.js';
import {loadRuleFiles} from '../../../src/services/rule-files/load.js';
import {EVE, evesFile, evesFolder, isRoot} from '../eve.js';
import {newFolder} from '../folder.js';

let eve: string;
let root: string;

/*
 * root/secret/key
 * eve/          of another user, as are all in it but root-link
 * ├── own/file
 * ├── inner -> own
 * ├── out -> root/secret
 * └── root-link -> root/secret     a link of root's, which she can replace, or move
 */
beforeEach(() => {
  if (!isRoot) return;
  eve = evesFolder();
  root = newFolder();
  mkdirSync(join(root, 'secret'));
  writeFileSync(join(root, 'secret/key'), '');
  evesFile(join(eve, 'own/file'), '');
  evesLink('own', 'inner');
  evesLink(join(root, 'secret'), 'out');
  symlinkSync(join(root, 'secret'), join(eve, 'root-link'));
});

function evesLink(target: string, name: string): void {
  symlinkSync(target, join(eve, name));
  lchownSync(join(eve, name), EVE, EVE);
}

const refused =
  /is a symbolic link that user 54321 controls, and it leads to .*, which that user does not own/;

describe.runIf(isRoot)('a written path', () => {
  it('below the folder of a user is resolved while no link leads out of it', () => {
    expect(resolveWritten(join(eve, 'own/file')).path).toBe(join(eve, 'own/file'));
    expect(resolveWritten(join(eve, 'inner/file')).path).toBe(join(eve, 'own/file'));
    expect(resolveWritten(join(eve, 'inner/new')).exists).toBe(false);
    expect(resolveWritten(join(eve, 'own/../new')).path).toBe(join(eve, 'new'));
  });

  it.each(['out', 'out/key', 'out/new', 'inner/../out/key'])(
    'is refused where a link of a user leads to what is not hers: %s',
    (name) => {
      expect(() => resolveWritten(join(eve, name))).toThrow(refused);
      expect(() => new PathResolver().resolve(join(eve, name))).toThrow(refused);
    },
  );

  it('is refused where a link is in the hands of a user, whoever has made it', () => {
    expect(() => resolveWritten(join(eve, 'root-link/key'))).toThrow(refused);
  });

  it('is refused where her link lies in a folder of root that all may write to', () => {
    const name = join(dirname(eve), `fguard-link-${process.pid}`);
    evesLink(join(root, 'secret'), 'moved');
    renameSync(join(eve, 'moved'), name);
    const resolver = new PathResolver();
    try {
      expect(() => resolver.resolve(join(name, 'key'))).toThrow(refused);
      expect(() => resolver.resolve(name)).toThrow(refused);
    } finally {
      renameSync(name, join(eve, 'moved'));
    }
  });

  it('follows the links of root, also to what is not root’s', () => {
    symlinkSync(join(eve, 'own'), join(root, 'to-eve'));
    expect(resolveWritten(join(root, 'to-eve/file')).path).toBe(join(eve, 'own/file'));
  });

  it('is looked at file by file where a folder is behind a link of a user', () => {
    const resolver = new PathResolver();
    writeFileSync(join(eve, 'own/of-root'), '');
    expect(resolver.resolve(join(eve, 'inner/file')).path).toBe(join(eve, 'own/file'));
    expect(() => resolver.resolve(join(eve, 'inner/of-root'))).toThrow(refused);
  });

  it.each(['tree: true', 'suffix: .key'])('is a mistake in a rule file: %s', (more) => {
    const file = join(root, 'rules.yaml');
    writeFileSync(file, `rules:\n  - path: ${join(eve, 'out')}\n    ${more}\n`);
    const {rules, mistakes} = loadRuleFiles([file]);
    expect(rules).toEqual([]);
    expect(mistakes.map(({message}) => message)).toEqual([expect.stringMatching(refused)]);
  });
});
