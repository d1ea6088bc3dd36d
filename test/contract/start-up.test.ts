// SPDX-License-Identifier: MIT
/* What a command loads before it does anything: a file more is a millisecond more. */
import {spawnSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';

import {ROOT} from './compile.js';
import {FAKE} from './fguard.js';

const MOST_FILES = 8;

/** The files of ours, or of a package, that Node loads for a command. */
function loaded(words: readonly string[]): string[] {
  const env = {...process.env, NODE_DEBUG: 'module', FGUARD_LIBRARY: FAKE, FAKE_RULES: '1'};
  const {stderr} = spawnSync(process.execPath, [`${ROOT}bin/run.js`, ...words], {
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return [...stderr.matchAll(/^MODULE \d+: load "(\/[^"]*)" for module/gm)].map(
    ([, file]) => file ?? '',
  );
}

const LARGE = /\/(?:ajv|yaml)\b/;

describe('a command that reads no file of rules', () => {
  it.each(['rules', 'status', 'whois 1', 'unprotect nothing', 'clear --json'])('%s', (line) => {
    const files = loaded(line.split(' '));
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
    expect(files.filter((file) => LARGE.test(file))).toEqual([]);
  });
});

it('a command that does loads each library in one piece', () => {
  const files = loaded(['check', `${ROOT}package.json`]);
  expect(files.filter((file) => LARGE.test(file))).toEqual([`${ROOT}dist/lib/ajv.cjs`]);
});
