// SPDX-License-Identifier: MIT
/* What all commands have in common, and flags that have several names. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {fguard, finish, startShell} from './fguard.js';
import {expectDocument} from './schemas.js';

const version = /^fguard\/\S+ linux-.*\n$/;

describe('every command', () => {
  it('shows its help for -h, and the version for -V, in front and behind', async () => {
    const [long, short] = [await fguard(['protect', '--help']), await fguard(['protect', '-h'])];
    expect(short).toEqual(long);
    expect(long.stdout).toContain('--no-tree');
    for (const words of [['-V'], ['--version'], ['rules', '-V'], ['service', 'install', '-V']])
      expect(await fguard(words)).toMatchObject({code: 0, stdout: expect.stringMatching(version)});
    const run = await fguard(['run', '-q', '--', 'echo', '-V', '-h']);
    expect(run).toEqual({code: 0, stdout: '-V -h\n', stderr: ''});
  });

  it('says nothing with -q but errors and what was asked for', async () => {
    const path = join(newFolder(), 'x');
    const ask = ['protect', path, '--else', 'ask'];
    expect((await fguard(ask)).stdout).toContain('rule 1');
    for (const quiet of ['-q', '--quiet'])
      expect(await fguard([...ask, quiet])).toEqual({code: 0, stdout: '', stderr: ''});
    expect((await fguard(['rules', '-q'], {FAKE_RULES: '1'})).stdout).toContain('first');
    expect(await fguard(['rules', '-q'])).toEqual({code: 0, stdout: '', stderr: ''});
    const wrong = await fguard(['unprotect', '-q', 'none']);
    expect(wrong).toMatchObject({code: 1, stderr: expect.stringContaining('no rule')});
  });

  it.each(['--help', 'help protect', '--version', 'rules', 'rules --json', 'export'])(
    '%s says that its output finds no room',
    async (words) => {
      const script = `exec "$0" "$1" ${words} >/dev/full`;
      const {code, stderr} = await finish(startShell(script, [], {FAKE_RULES: '2'}));
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /(^|\nfguard: rule 2.*\n)fguard: cannot write the output: ENOSPC.*\n$/,
        ),
      ]);
    },
  );

  it.each([
    ['rules', 4, 'fguard needs root (CAP_SYS_ADMIN in the initial user namespace)'],
    ['watch', 4, 'fguard needs root (CAP_SYS_ADMIN in the initial user namespace)'],
  ])('%s without root says what is meant', async (command, code, sentence) => {
    const {stderr, ...rest} = await fguard([command], {FAKE_OPEN: '1', FAKE_SILENT: '1'});
    expect(rest).toMatchObject({code});
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('Operation not permitted');
  });

  it('the opposite of what was typed is not proposed', async () => {
    const {code, stderr} = await fguard(['unlock']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no unlock')]);
    expect(stderr).not.toContain('did you mean');
  });
});

describe('a flag has one name more', () => {
  const both = async (one: string[], other: string[], env = {}): Promise<void> => {
    const [first, second] = [await fguard(one, env), await fguard(other, env)];
    expect(first.code).toBe(0);
    expect(second).toEqual(first);
  };

  it('--op is --ops, --user is --uid', async () => {
    const path = join(newFolder(), 'x');
    const words = ['protect', path, '--json'];
    await both([...words, '--ops', 'read'], [...words, '--op', 'read']);
    await both([...words, '--uid', '1', '--uid', '2'], [...words, '--user', '1', '--uid', '2']);
    await both(['explain', path, '--op', 'write'], ['explain', path, '--ops', 'write']);
    const watch = ['watch', '--count', '1', '--json'];
    const env = {FAKE_EVENTS: '1'};
    await both([...watch, '--op', 'read'], [...watch, '--ops', 'read'], env);
    await both([...watch, '--user', '0'], [...watch, '--uid', '0'], env);
  });
});

describe('check --policy', () => {
  it('finds every mistake of a policy', async () => {
    const file = join(newFolder(), 'policy.yaml');
    writeFileSync(file, 'defualt: deny\nanswers:\n  - {ops: [raed], answer: allow}\n');
    const {code, stdout} = await fguard(['check', '--policy', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/policy\.yaml:1:1: .*defualt/);
    expect(stdout).toMatch(/policy\.yaml:3:\d+: .*raed/);
    writeFileSync(file, 'default: deny\nanswers: []\n');
    expect(await fguard(['check', '--policy', file])).toMatchObject({code: 0});
    const document: unknown = JSON.parse(
      (await fguard(['check', '--policy', file, '--json'])).stdout,
    );
    expectDocument('check', document);
    expect((await fguard(['check', '--policy'])).code).toBe(2);
  });
});
