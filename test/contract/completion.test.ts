// SPDX-License-Identifier: MIT
/* What bash offers; the other shells are tested where they are installed, by test/package. */
import {execFileSync} from 'node:child_process';
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {bashCompletion} from '../../scripts/completion/bash.js';
import {fishCompletion} from '../../scripts/completion/fish.js';
import {zshCompletion} from '../../scripts/completion/zsh.js';
import {readSurface} from '../../scripts/surface.js';
import {newFolder} from '../unit/folder.js';

const commands = readSurface();
const folder = newFolder();
writeFileSync(join(folder, 'completion'), bashCompletion(commands));
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
