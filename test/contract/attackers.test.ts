// SPDX-License-Identifier: MIT
/*
 * Root, with what another user has left in the environment and in folders of hers. Each
 * attack leaves a mark where root has executed, or written, what she wanted.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {findLibrary} from '../../src/native/find-library.js';
import {makeScratch} from '../../src/lab/scratch.js';
import {runCommand} from '../../src/linux/command.js';
import {findUsers} from '../../src/linux/passwd.js';
import {withScratch} from '../../src/linux/scratch.js';
import {userEntry} from '../../src/linux/users.js';
import {evesFile, evesFolder, evesProgram, isRoot} from '../unit/eve.js';
import {newFolder} from '../unit/folder.js';
import {ROOT, buildFakeLibrary} from './compile.js';
import {fguard} from './fguard.js';

let eve: string;

beforeEach(() => {
  eve = isRoot ? evesFolder() : newFolder();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const LIB = `set -euo pipefail; . '${ROOT}scripts/lib.sh';`;

/** Runs a few words as the scripts would. */
const script = (words: string, env: Record<string, string>) =>
  spawnSync('bash', ['-c', LIB + words], {env: {...process.env, ...env}, encoding: 'utf8'});

describe.runIf(isRoot)('what another user has prepared is not executed', () => {
  it('as a build root below FGUARD_CACHE', async () => {
    const mark = evesProgram(join(eve, 'roots/bookworm/usr/bin/env'));
    for (const name of ['release', 'suite', 'vmlinuz'])
      evesFile(join(eve, 'kernels/6.1', name), name === 'suite' ? 'bookworm\n' : '6.1.0-eve\n');
    const lab = await fguard(['lab', '--kernel', '6.1', '--json', '--', 'true'], {
      FGUARD_CACHE: eve,
    });
    expect([lab.code, lab.stdout]).toEqual([1, expect.stringContaining('EUNSAFE')]);
    const {status, stderr} = script('in_root bookworm true', {FGUARD_CACHE: eve});
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${eve} belongs to user`)]);
    expect(existsSync(mark)).toBe(false);
  });

  it('as a build root of hers in a cache of ours', () => {
    const cache = newFolder();
    const mark = evesProgram(join(cache, 'roots/bookworm/usr/bin/env'));
    const {status, stderr} = script('in_root bookworm true', {FGUARD_CACHE: cache});
    expect([status, stderr]).toEqual([1, expect.stringContaining('belongs to user')]);
    expect(existsSync(mark)).toBe(false);
  });

  it.each(['HOME', 'XDG_CACHE_HOME'])('as a cache below %s', (name) => {
    const {stdout} = script('echo "$cache $HOME"', {FGUARD_CACHE: '', [name]: eve});
    expect(stdout).not.toContain(eve);
    expect(stdout).toMatch(/\/fguard \//);
  });

  it('as sources of a module', () => {
    const cache = newFolder();
    mkdirSync(join(cache, 'kernels/own'), {recursive: true});
    for (const name of ['release', 'vmlinuz'])
      writeFileSync(join(cache, 'kernels/own', name), '1\n');
    evesFile(join(eve, 'Kbuild'), '$(shell touch /tmp/eve-was-here)\n');
    const env = {...process.env, FGUARD_CACHE: cache, FGUARD_KMOD: eve};
    const {status, stderr} = spawnSync('bash', [`${ROOT}scripts/module.sh`, 'own'], {
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${eve} belongs to user`)]);
  });

  it('as the user database, which is asked at once or aside', async () => {
    const mark = evesProgram(join(eve, 'getent'));
    vi.stubEnv('PATH', `${eve}:${process.env.PATH ?? ''}`);
    expect(userEntry(0)?.[0]).toBe('root');
    expect(await findUsers([0])).toEqual([{name: 'root', uid: 0}]);
    expect(existsSync(mark)).toBe(false);
  });

  it('as a program of hers in the PATH', async () => {
    const mark = evesProgram(join(eve, 'depmod'));
    vi.stubEnv('PATH', `${eve}:${process.env.PATH ?? ''}`);
    await runCommand('depmod', ['--version']);
    script('depmod --version', {PATH: `${eve}:${process.env.PATH ?? ''}`});
    expect(existsSync(mark)).toBe(false);
  });

  it('as the library', async () => {
    const library = join(eve, 'libfguard.so');
    copyFileSync(buildFakeLibrary(), library);
    const {code, stdout} = await fguard(['rules', '--json'], {FGUARD_LIBRARY: library});
    expect([code, stdout]).toEqual([1, expect.stringContaining('EUNSAFE')]);
    expect(stdout).toContain('unset FGUARD_LIBRARY');
  });

  it('as a library that a link of hers may lead elsewhere', async () => {
    const link = join(eve, 'libfguard.so');
    symlinkSync(buildFakeLibrary(), link);
    const {stdout} = await fguard(['rules', '--json'], {FGUARD_LIBRARY: link});
    expect(stdout).toContain('EUNSAFE');
  });

  it.each([
    ['a build of the module', () => withScratch((folder) => Promise.resolve(folder))],
    ['a virtual machine', () => Promise.resolve(oneScratch())],
  ])('in the folder of %s', async (_what, use) => {
    vi.stubEnv('TMPDIR', eve);
    expect(await use()).toMatch(/^\/tmp\//);
  });

  function oneScratch(): string {
    const {dir, remove} = makeScratch();
    remove();
    return dir;
  }

  /* A copy of the package, whose make writes down where it is and what it was told. */
  it('in the folder, or by the variables, of the library that is built', () => {
    const copy = newFolder();
    for (const name of ['bin', 'dist', 'package.json', 'oclif.manifest.json', 'kmod/uapi'])
      execFileSync('cp', ['-r', '--parents', name, copy], {cwd: ROOT});
    execFileSync('cp', ['-r', '--parents', 'libnetlink', copy], {cwd: ROOT});
    execFileSync('rm', ['-f', join(copy, 'libnetlink/libfguard.so')]);
    symlinkSync(`${ROOT}node_modules`, join(copy, 'node_modules'));
    const bin = newFolder();
    writeFileSync(
      join(bin, 'make'),
      `#!/bin/sh\n{ pwd; echo "$@"; env; } >'${bin}/told'; exit 1\n`,
    );
    chmodSync(join(bin, 'make'), 0o755);
    const env = {
      ...process.env,
      FGUARD_LIBRARY: '',
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      TMPDIR: eve,
      ...HOSTILE,
    };
    spawnSync(process.execPath, [join(copy, 'bin/run.js'), 'rules', '--json'], {env});
    const told = readFileSync(join(bin, 'told'), 'utf8');
    expect(told).toContain('-C /tmp/fguard-library-');
    expect(told).not.toContain(eve);
    expect(told).not.toContain(EVIL);
  });
});

const EVIL = '/eve/was/here';

/* What make, compilers, linkers, shells, interpreters, openssl, kmod, apt and tar obey. */
const HOSTILE: Record<string, string> = Object.fromEntries(
  [
    ...[
      'GNUMAKEFLAGS',
      'MAKEFLAGS',
      'MAKEFILES',
      'MFLAGS',
      'CROSS_COMPILE',
      'KCFLAGS',
      'KBUILD_OUTPUT',
    ],
    ...['CC', 'CFLAGS', 'LDFLAGS', 'CPATH', 'C_INCLUDE_PATH', 'GCC_EXEC_PREFIX', 'COMPILER_PATH'],
    ...['LIBRARY_PATH', 'LD_LIBRARY_PATH', 'PKG_CONFIG', 'PKG_CONFIG_PATH', 'BASH_ENV', 'ENV'],
    ...[
      'PERL5LIB',
      'PERL5OPT',
      'PYTHONPATH',
      'OPENSSL_CONF',
      'OPENSSL_MODULES',
      'MODPROBE_OPTIONS',
    ],
    ...['APT_CONFIG', 'DEBOOTSTRAP_DIR', 'TAR_OPTIONS', 'XZ_OPT', 'GIT_CONFIG_GLOBAL', 'IFS_EVE'],
  ].map((name) => [name, EVIL]),
);

describe('variables that decide what is executed', () => {
  it('do not reach the programs that are run', async () => {
    for (const [name, value] of Object.entries(HOSTILE)) vi.stubEnv(name, value);
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    vi.stubEnv('http_proxy', 'http://proxy');
    const {stdout} = await runCommand('env', []);
    expect(stdout).not.toContain(EVIL);
    expect(stdout).not.toContain('NODE_OPTIONS');
    expect(stdout).toContain('http_proxy=http://proxy');
  });

  it('do not reach those that the scripts run; nor do functions', () => {
    const env = {
      ...HOSTILE,
      FGUARD_CACHE: newFolder(),
      'BASH_FUNC_uname%%': `() { echo ${EVIL}; }`,
    };
    const {stdout, status} = script('env; uname', env);
    expect(status).toBe(0);
    expect(stdout).not.toContain(EVIL);
  });
});

describe('the folders that oclif keeps things in', () => {
  /* A command that waits for a writer would wait for ever. */
  it.each(['XDG_CONFIG_HOME', 'FGUARD_CONFIG_DIR', 'HOME'])(
    'a FIFO as a theme below %s stops no command',
    (name) => {
      const below = {XDG_CONFIG_HOME: 'fguard', FGUARD_CONFIG_DIR: '.', HOME: '.config/fguard'}[
        name
      ];
      const folder = join(eve, below ?? '');
      mkdirSync(folder, {recursive: true});
      execFileSync('mkfifo', [join(folder, 'theme.json')]);
      const words = [`${ROOT}bin/run.js`, 'check', '--help'];
      const env = {...process.env, [name]: eve};
      const {status, signal} = spawnSync(process.execPath, words, {env, timeout: 20_000});
      expect([status, signal]).toEqual([0, null]);
    },
  );

  it.runIf(isRoot)("links in another's cache lead completion nowhere", async () => {
    const victim = join(newFolder(), 'victim');
    writeFileSync(victim, 'untouched');
    const functions = join(eve, 'autocomplete/functions/bash');
    evesFile(join(functions, 'x'), '');
    symlinkSync(victim, join(functions, 'fguard.bash'));
    const cache = newFolder();
    const env = {FGUARD_CACHE_DIR: eve, XDG_CACHE_HOME: cache};
    const {code} = await fguard(['autocomplete', 'bash'], env);
    expect(code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(existsSync(join(cache, 'fguard/autocomplete'))).toBe(true);
  });

  it.runIf(isRoot)("completion refuses a cache of another's making", async () => {
    const cache = newFolder();
    evesFile(join(cache, 'fguard/autocomplete/x'), '');
    const {code, stderr} = await fguard(['autocomplete', 'bash'], {XDG_CACHE_HOME: cache});
    expect([code, stderr]).toEqual([1, expect.stringContaining('belongs to user')]);
  });
});

it('the library of this user is found as ever', () => {
  const library = buildFakeLibrary();
  vi.stubEnv('FGUARD_LIBRARY', library);
  expect(findLibrary()).toBe(library);
});
