// SPDX-License-Identifier: MIT
/* What the shells offer, those that are here; test/package has them all, and asks them for less. */
import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {bashCompletion} from '../../scripts/completion/bash.js';
import {fishCompletion} from '../../scripts/completion/fish.js';
import {zshCompletion} from '../../scripts/completion/zsh.js';
import {readSurface} from '../../scripts/surface.js';
import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';

const commands = readSurface();
const folder = newFolder();
writeFileSync(join(folder, 'completion'), bashCompletion(commands));
writeFileSync(join(folder, 'fguard.fish'), fishCompletion(commands));
writeFileSync(join(folder, '_fguard'), zshCompletion(commands));
/* What the completion runs in place of the system's. */
const pretend = (name: string, text: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
  chmodSync(join(folder, name), 0o755);
};
const RULE = {id: 7, name: 'key', match: {path: '/srv/a.db', tree: false}, expiresAt: null};
pretend('fguard', JSON.stringify({rules: [RULE, {...RULE, id: 8, name: null}]}, null, 2));
pretend('ls', '6.1.0-1-amd64\n6.12.0-2-amd64');
pretend('find', 'app.service\nuser.slice');

function complete(...words: string[]): string[] {
  const script = `. ${folder}/completion; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _fguard; printf '%s\n' "\${COMPREPLY[@]}"`;
  const env = {PATH: `${folder}:/usr/bin:/bin`};
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const all = ['-c', script, 'bash', 'fguard', ...words];
  return execFileSync('bash', all, {encoding: 'utf8', env, stdio}).split('\n').filter(Boolean);
}

describe('completion in bash', () => {
  it.each([
    [
      ['protect', '--ops', 're'],
      ['read', 'rename'],
    ],
    [['protect', '--ops', 'read,re'], ['read,rename']],
    [
      ['watch', '--op', 'read,write,l'],
      ['read,write,link', 'read,write,list'],
    ],
    [['watch', '--verdict', 'allow,'], ['allow,deny']],
    [['explain', '--op', 'tr'], ['truncate']],
    [['rebuild', '--kernel', '6.12'], ['6.12.0-2-amd64']],
    [['protect', '--cgroup', 'a'], ['app.service']],
    [
      ['unprotect', ''],
      ['7', 'key', '/srv/a.db', '8', '/srv/a.db'],
    ],
    [['unprotect', 'k'], ['key']],
    [['protect', '--uid', 'daem'], ['daemon']],
    [['protect', '--user', 'daem'], ['daemon']],
    [
      ['rules', '-'],
      ['-h', '--help', '-V', '--json', '-q', '--quiet'],
    ],
  ])('of %j is %j', (words, offered) => {
    expect(complete(...words)).toEqual(offered);
  });

  it('of every shell knows every flag', () => {
    const [fish, zsh] = [fishCompletion(commands), zshCompletion(commands)];
    for (const {flags} of commands)
      for (const {name, aliases} of flags)
        for (const word of [name, ...aliases]) {
          expect(fish).toContain(` -l ${word} `);
          expect(zsh).toMatch(new RegExp(`--${word}\\[`));
        }
  });
});

const isHere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

const ROWS: [line: string, offered: string[], not: string[]][] = [
  ['fguard unp', ['unprotect'], ['unload']],
  ['fguard protect --ops re', ['read', 'rename'], ['delete']],
  ['fguard protect --ops read,re', ['rename'], ['read,read', 'delete']],
  ['fguard watch --verdict allow,', ['deny'], ['allow,allow']],
  ['fguard explain --op tr', ['truncate'], ['read']],
  ['fguard rebuild --kernel 6.12', ['6.12.0-2-amd64'], ['6.1.0-1-amd64']],
  ['fguard protect --cgroup a', ['app.service'], ['user.slice']],
  ['fguard unprotect k', ['key'], ['8']],
  ['fguard service i', ['install'], ['remove']],
  ['fguard apply --keep', ['--keep-going'], ['--confirm']],
];

function expectOffers(words: string[], line: string, offered: string[], not: string[]): void {
  const before = /[^ ]*,/.exec(line)?.[0] ?? '';
  for (const word of offered) expect(words).toContain(`${before}${word}`);
  for (const word of not) expect(words).not.toContain(word);
}

describe.runIf(isHere('fish'))('completion in fish', () => {
  function complete(line: string): string[] {
    const script = `source ${folder}/fguard.fish; complete -C '${line}'`;
    const env = {PATH: `${folder}:/usr/bin:/bin`, HOME: folder};
    const said = execFileSync('fish', ['--no-config', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    return said.split('\n').map((one) => one.split('\t')[0] ?? '');
  }

  it.each(ROWS)('of %s', (line, offered, not) => {
    expectOffers(complete(line), line, offered, not);
  });
});

describe.runIf(isHere('zsh'))('completion in zsh', () => {
  function complete(line: string): string[] {
    const env = {PATH: `${folder}:/usr/bin:/bin`, HOME: folder, TERM: 'dumb'};
    const words = ['-f', `${ROOT}test/contract/complete.zsh`, folder, line];
    return execFileSync('zsh', words, {cwd: folder, encoding: 'utf8', env}).split('\n');
  }

  it.each(ROWS)('of %s', (line, offered, not) => {
    expectOffers(complete(line), line, offered, not);
  });
});
