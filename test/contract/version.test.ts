// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';

const {version: OLD} = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {version: string};
const NEW = '98.76.54';

const run = (cwd: string, program: string, ...args: string[]): string =>
  execFileSync(program, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** All that is in the repository but tests, as it is now. */
function copyOfSources(): string {
  const copy = newFolder();
  const places = ['.', ':!test', ':!LICENSES'];
  const files = run(ROOT, 'git', 'ls-files', '-co', '--exclude-standard', ...places).trim();
  run(ROOT, 'cp', '--parents', '-t', copy, ...files.split('\n'));
  run(copy, 'git', 'init', '--quiet');
  return copy;
}

const install = (folder: string): string =>
  run(folder, 'make', '-s', '-n', '-C', 'libnetlink', 'install');

describe('the version', () => {
  const copy = copyOfSources();
  const changelog = readFileSync(join(copy, 'packaging/debian/changelog'), 'utf8');

  it('is the same everywhere', () => {
    run(copy, 'node', 'scripts/version.mjs');
    for (const file of ['kmod/version.h', 'packaging/dkms.conf', 'packaging/debian/changelog'])
      expect(readFileSync(join(copy, file), 'utf8')).toBe(readFileSync(`${ROOT}${file}`, 'utf8'));
    expect(install(copy)).toContain(`|@VERSION@|${OLD}|`);
  });

  it('becomes another one everywhere by `npm version`', () => {
    run(copy, 'npm', 'version', NEW, '--no-git-tag-version', '--no-update-notifier');
    const text = (file: string): string => readFileSync(join(copy, file), 'utf8');
    expect(text('kmod/version.h')).toContain(`#define FGUARD_VERSION "${NEW}"`);
    expect(text('packaging/dkms.conf')).toContain(`PACKAGE_VERSION="${NEW}"`);
    expect(text('packaging/debian/changelog')).toMatch(
      new RegExp(`^fguard \\(${NEW}\\) unstable; urgency=medium\n\n  \\* .*\n\n -- .* \\+0000\n\n`),
    );
    expect(text('packaging/debian/changelog').endsWith(changelog)).toBe(true);
    expect(JSON.parse(text('package-lock.json'))).toMatchObject({
      version: NEW,
      packages: {'': {version: NEW}},
    });
    expect(install(copy)).toContain(`|@VERSION@|${NEW}|`);
  });

  it('stands nowhere else', () => {
    const escaped = OLD.replaceAll('.', '\\.');
    const found = run(
      copy,
      'bash',
      '-c',
      `grep -rlE '(^|[^0-9.])${escaped}([^0-9.]|$)' --exclude-dir=.git --exclude=package-lock.json . || true`,
    );
    expect(found.trim().split('\n')).toEqual(['./packaging/debian/changelog']);
  });
});
