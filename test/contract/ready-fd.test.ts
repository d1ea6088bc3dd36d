// SPDX-License-Identifier: MIT
/* How scripts hear that somebody watches or answers. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {describe, expect, it} from 'vitest';

import {ROOT} from './compile.js';
import {Feed} from './feed.js';
import {FAKE, fguard, finish, lineReader, startShell} from './fguard.js';
import {expectDocument} from './schemas.js';

function policy(feed: Feed): string {
  const path = join(feed.folder, 'policy.yaml');
  writeFileSync(path, 'answers: []\n');
  return path;
}

const COMMANDS: [string, (feed: Feed) => string[], string][] = [
  ['watch', () => ['watch', '--all'], 'subscribe'],
  ['ask', () => ['ask', '--json'], 'answerer'],
  ['agent', (feed) => ['agent', '--config', policy(feed)], 'answerer'],
];

/* With a descriptor 3 to write to. */
function startWith3(words: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [`${ROOT}bin/run.js`, ...words, '--ready-fd', '3'], {
    env: {...process.env, FGUARD_LIBRARY: FAKE, FAKE_EVENTS: '0', ...env},
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stdio[3] as Readable);
  said.catch(() => undefined);
  return {child, said, exited: once(child, 'exit')};
}

describe.each(COMMANDS)('%s --ready-fd', (_name, words, call) => {
  it('says that it is there, closes it, and goes on', async () => {
    const feed = new Feed();
    const {child, said, exited} = startWith3(words(feed), feed.env);
    expect(await said).toBe('ready\n');
    expect(feed.calls().some((line) => line.startsWith(call))).toBe(true);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
  });

  it('says nothing where it comes to nothing', async () => {
    const feed = new Feed();
    const {said, exited} = startWith3(words(feed), {...feed.env, FAKE_OPEN: '1'});
    expect(await said).toBe('');
    expect(await exited).toEqual([4, null]);
  });

  it('does not mind that nobody listens any more', async () => {
    const feed = new Feed();
    const {child, exited} = startWith3(words(feed), feed.env);
    (child.stdio[3] as Readable).destroy();
    await feed.called(call, 1);
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
  });

  it.each(['x', '-1', '1', '2', '3', '4', '5', '99', '1e1', ''])('refuses "%s"', async (fd) => {
    const feed = new Feed();
    const {code, stdout} = await fguard([...words(feed), '--json', `--ready-fd=${fd}`], feed.env);
    expect(code).toBe(2);
    const document = JSON.parse(stdout) as {error: {message: string}};
    expectDocument('error', document);
    expect(document.error.message).toContain(`--ready-fd ${fd}: `);
    expect(feed.calls()).toEqual([]);
  });
});

it('--ready-fd refuses a descriptor that is for reading', async () => {
  const child = startShell('exec "$0" "$1" watch --all --ready-fd 3 3</dev/null');
  expect(await finish(child)).toMatchObject({code: 2});
});

it('--ready-fd takes the pipe that standard output is', async () => {
  const feed = new Feed();
  const child = startShell('exec "$0" "$1" watch --all --ready-fd 3 3>&1', [], {
    ...feed.env,
    FAKE_EVENTS: '0',
  });
  expect(await lineReader(child)()).toBe('ready');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
});
