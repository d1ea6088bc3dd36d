// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';

import {bashCompletion} from '../../../../src/services/lab/completion.js';
import {neededFolders, startFolder} from '../../../../src/services/lab/folders.js';
import {encodeRun} from '../../../../src/services/lab/frame.js';
import {commandEnd} from '../../../../src/services/lab/process.js';

describe('folders', () => {
  it.each([
    ['/home/ann/a b', '/home/ann/a b'],
    ['/tmp', '/tmp'],
    ['/dev/shm/x', '/dev/shm/x'],
    ['/proc/1', '/'],
    ['/dev', '/'],
    ['/device', '/device'],
  ])('a command that is typed in %s starts in %s', (here, there) => {
    expect(startFolder(here)).toBe(there);
  });

  it('of a program are those of its dependencies, too', () => {
    expect(neededFolders('/w', '/tmp/p/node_modules/fguard', '/opt/node/bin/node')).toEqual([
      '/opt/node',
      '/tmp/p/node_modules',
      '/w',
    ]);
    expect(neededFolders('/w', '/w', '/usr/bin/node')).toEqual(['/usr', '/w']);
  });
});

describe('the end of a command', () => {
  it.each([
    [7, null, 7],
    [null, 'SIGTERM', 143],
    [null, 'SIG34', 162],
  ])('code %s, signal %s, is told as %s', (code, signal, told) => {
    const result = {code, signal, stdout: '', stderr: ''};
    expect(commandEnd(result)).toEqual({code: told, signal});
  });
});

it('an argument that is not UTF-8 reaches the command as it is', () => {
  const bytes = encodeRun({arguments: ['a\udcffb'], cwd: '/', environment: {}});
  expect(bytes.includes(Buffer.from([0, 0x61, 0xff, 0x62, 0]))).toBe(true);
});

describe('completion', () => {
  const script = bashCompletion([
    {id: 'lab', flags: ['kernel', 'json']},
    {id: 'load', flags: ['json']},
  ]);
  const complete = (...words: string[]): string => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
    const show = '_fguard; printf "%s\\n" "${COMPREPLY[@]}"';
    return execFileSync('bash', ['-c', `${script}\n${line}\n${show}`], {encoding: 'utf8'}).trim();
  };

  it.each([
    [['fguard', 'l'], 'lab\nload'],
    [['fguard', 'h'], 'help'],
    [['fguard', 'lab', '--k'], '--kernel'],
    [['fguard', 'load', '--'], '--help\n--json'],
    [['fguard', 'lab', 'x'], ''],
  ])('of %o is %s', (words, found) => {
    expect(complete(...words)).toBe(found);
  });
});
