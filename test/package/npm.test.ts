// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'fguard-npm-'));
const own = path.join(dir, 'lib/node_modules/fguard');

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Result {
  const result = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: {...process.env, ...env},
  });
  return {code: result.status, stdout: result.stdout, stderr: result.stderr};
}

const fguard = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Result =>
  run(path.join(dir, 'bin/fguard'), args, env);

/*
 * dir/
 * ├── fguard-VERSION.tgz             what npm would publish
 * ├── bin/fguard
 * └── lib/node_modules/fguard/       installed without install scripts
 */
beforeAll(() => {
  const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir]);
  expect(packed.code).toBe(0);
  const file = path.join(dir, packed.stdout.trim());
  const options = ['--prefix', dir, '--ignore-scripts', '--no-audit', '--no-fund'];
  expect(run('npm', ['install', '--global', ...options, file])).toMatchObject({code: 0});
});

afterAll(() => {
  rmSync(dir, {recursive: true, force: true});
});

describe('installed by npm -g without install scripts', () => {
  it('the command runs', () => {
    expect(fguard(['--version']).stdout).toMatch(/^fguard\//);
  });

  it('brings the sources of module and library, and no build of them', () => {
    expect(existsSync(path.join(own, 'kmod/Kbuild'))).toBe(true);
    expect(existsSync(path.join(own, 'packaging/systemd/fguard.service.in'))).toBe(true);
    expect(existsSync(path.join(own, 'libnetlink/libfguard.so'))).toBe(false);
  });

  it('a library that does not build is an error with the packages it needs', () => {
    const failed = fguard(['rules', '--json'], {CC: '/bin/false'});
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      error: {
        code: 'ENOLIBRARY',
        next: expect.arrayContaining([expect.stringContaining('libmnl-dev')]) as string[],
      },
    });
    expect(existsSync(path.join(own, 'libnetlink/libfguard.so'))).toBe(false);
  });

  it('the library is built at its first use, once', () => {
    const first = fguard(['whois', String(process.pid), '--json']);
    expect(first).toMatchObject({code: 0, stderr: 'building libfguard.so (only once)\n'});
    expect(JSON.parse(first.stdout)).toMatchObject({pid: process.pid});
    expect(fguard(['whois', String(process.pid)])).toMatchObject({code: 0, stderr: ''});
  });
});
