// SPDX-License-Identifier: MIT
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {spawnSync} from 'node:child_process';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {
  homeFolder,
  makeOwnFolder,
  makeScratchFolder,
  requireOwn,
  temporaryFolder,
  userFolder,
  whyForeign,
} from '../../../src/linux/own-folder.js';
import {packageFile} from '../../../src/linux/package-root.js';
import {EVE, evesFile, evesFolder, isRoot} from '../eve.js';
import {newFolder} from '../folder.js';

let root: string;
let eve: string;

/*
 * root/              of whoever runs the tests
 * ├── mine/deep/
 * ├── shared/        all may make files, and remove their own only
 * ├── open/          all may do anything
 * └── link -> mine
 * eve/               of another user
 */
beforeEach(() => {
  root = newFolder();
  mkdirSync(join(root, 'mine/deep'), {recursive: true});
  for (const [name, mode] of [
    ['shared', 0o1777],
    ['open', 0o777],
  ] as const) {
    mkdirSync(join(root, name));
    chmodSync(join(root, name), mode);
  }
  symlinkSync('mine', join(root, 'link'));
  eve = isRoot ? evesFolder() : '';
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The same question to the scripts; they ask it of a path without links. */
function whyForeignToScripts(path: string): string {
  const script = `set -euo pipefail; . "$1"; own_path "$2" >/dev/null`;
  const env = {...process.env, FGUARD_CACHE: join(root, 'cache')};
  const words = ['-c', script, 'sh', packageFile('scripts/lib.sh'), path];
  return spawnSync('bash', words, {env, encoding: 'utf8'}).stderr;
}

describe('what is ours', () => {
  it.each(['mine', 'mine/deep', 'link', 'link/deep', 'mine/not-there/yet', 'shared', 'shared/new'])(
    '%s',
    (name) => {
      const path = join(root, name);
      expect([whyForeign(path), whyForeignToScripts(path)]).toEqual([undefined, '']);
    },
  );
});

describe.runIf(isRoot)('what is not', () => {
  const put = (...names: string[]): string => evesFile(join(root, ...names), '');
  type Row = [what: string, make: () => string, reason: RegExp];
  const rows: Row[] = [
    ["another's folder", () => eve, /belongs to user 54321/],
    ['what lies in it, made by root', () => makeIn(eve), /belongs to user 54321/],
    ['what is not there yet in it', () => join(eve, 'new'), /belongs to user 54321/],
    ["another's file in ours", () => put('mine', 'file'), /file belongs to user 54321/],
    ["another's folder where all may make files", () => put('shared/x/file'), /belongs to/],
    ['a folder that all may write to', () => join(root, 'open'), /other users can write/],
    ['what lies in it', () => makeIn(join(root, 'open')), /other users can write/],
    ["a link of ours to another's folder", () => link(eve), /belongs to user 54321/],
    ['a file that all may write to', () => file(0o666), /other users can write/],
    ['a file that a group may write to', () => file(0o664), /other users can write/],
  ];

  function makeIn(folder: string): string {
    mkdirSync(join(folder, 'sub'));
    return join(folder, 'sub');
  }

  function link(target: string): string {
    symlinkSync(target, join(root, 'mine/link'));
    return join(root, 'mine/link');
  }

  function file(mode: number): string {
    writeFileSync(join(root, 'mine/file'), '');
    chmodSync(join(root, 'mine/file'), mode);
    return join(root, 'mine/file');
  }

  it.each(rows)('%s', (_what, make, reason) => {
    const path = make();
    expect([whyForeign(path), whyForeignToScripts(path)]).toEqual([
      expect.stringMatching(reason),
      expect.stringMatching(reason),
    ]);
    expect(() => requireOwn(path)).toThrow(expect.objectContaining({code: 'EUNSAFE'}) as Error);
  });

  it("another's link, wherever it leads", () => {
    const path = join(root, 'shared/link');
    symlinkSync(join(root, 'mine'), path);
    lchownSync(path, EVE, EVE);
    expect(whyForeign(path)).toContain('link belongs to user 54321');
  });

  it('a path that depends on where one is, and a circle of links', () => {
    symlinkSync('circle', join(root, 'mine/circle'));
    expect(whyForeign('mine')).toContain('not an absolute path');
    expect(whyForeign(join(root, 'mine/circle'))).toContain('too many symbolic links');
  });
});

describe('making a folder', () => {
  it('makes what is missing on the way, for nobody else to write to', () => {
    const made = makeOwnFolder(join(root, 'link/a/b'));
    expect(made).toBe(join(realpathSync(root), 'mine/a/b'));
    expect(statSync(made).mode & 0o022).toBe(0);
    expect(makeOwnFolder(made)).toBe(made);
  });

  it('never gives out one where all may make files', () => {
    expect(() => makeOwnFolder(join(root, 'shared'))).toThrow('other users can write to it');
    expect(makeOwnFolder(join(root, 'shared/mine'))).toContain('shared/mine');
  });

  it('says what cannot be made', () => {
    writeFileSync(join(root, 'mine/file'), '');
    expect(() => makeOwnFolder(join(root, 'mine/file/x'))).toThrow('cannot create');
  });
});

describe.runIf(isRoot)("another's environment", () => {
  it.each(['HOME', 'XDG_CACHE_HOME', 'TMPDIR'])('%s counts for nothing', (name) => {
    vi.stubEnv(name, eve);
    const {homedir} = userInfo();
    const folder = makeScratchFolder('fguard-try-');
    rmSync(folder, {recursive: true});
    expect([homeFolder(), userFolder('cache'), temporaryFolder(), folder]).toEqual([
      homedir,
      name === 'XDG_CACHE_HOME' ? `${homedir}/.cache` : expect.stringMatching(/^\//),
      name === 'TMPDIR' ? '/tmp' : expect.stringMatching(/^\//),
      expect.not.stringContaining(eve),
    ]);
    expect(existsSync(join(eve, '.cache'))).toBe(false);
  });
});
