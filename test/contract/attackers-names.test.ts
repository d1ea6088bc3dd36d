// SPDX-License-Identifier: MIT
/*
 * Files, programs, processes and rules whose names are made of what a terminal acts on.
 * Whatever shows them shows them escaped: to a terminal, and to a pipe that may end at one.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {Feed} from './feed.js';
import {start, startShell} from './fguard.js';

/* As in fake.c: sequences, ends of lines, C1 in one byte and in UTF-8, an override of direction. */
const EVIL = String.raw`evil=$(printf '\033[2J\n\r\233\302\233\342\200\256\377\177');`;
/* The last of it as a text, in YAML or JSON, and as a word of bash; oclif leaves the first out. */
const SHOWN = /\\u\{?202e|\\xe2\\x80\\xae/;

/* What no line of ours holds: a control character but the end of a line, C1, directions, broken UTF-8. */
const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;

interface Printed {
  stdout: string;
  stderr: string;
}

/** Everything, as bytes that were not UTF-8 stay visible. */
async function printed(child: ChildProcess): Promise<Printed> {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = {stdout: [], stderr: []};
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => parts[name].push(chunk));
  await once(child, 'close');
  return {
    stdout: Buffer.concat(parts.stdout).toString(),
    stderr: Buffer.concat(parts.stderr).toString(),
  };
}

let folder: string;
let asker: ChildProcess;

/* folder/EVIL/EVIL, a program that runs there, called with EVIL, and holds folder/EVIL/file. */
beforeAll(async () => {
  folder = newFolder();
  const script = `${EVIL} mkdir "$1/$evil" && cd "$1/$evil" && cp /bin/cat "$evil" && echo >file &&
    ln -s nowhere link && exec 3<>file && exec "./$evil" file - "$evil"`;
  asker = spawn('/bin/sh', ['-c', script, 'sh', folder], {stdio: ['pipe', 'pipe', 'ignore']});
  if (asker.stdout !== null) await once(asker.stdout, 'data');
});

afterAll(() => {
  asker.stdin?.end();
});

const hostileEnv = () => ({
  FAKE_HOSTILE: '1',
  FAKE_PID: String(asker.pid),
  FAKE_WAITING: '1',
  FAKE_REMEMBERED: '6',
  FAKE_EVENTS: '2',
  FGUARD_RULES: join(folder, 'rules.d'),
  NO_COLOR: '1',
});

/* In the words "$evil" is the name, $2 the folder and $3 the process. */
const shell = (words: string): Promise<Printed> =>
  printed(
    startShell(
      `${EVIL} exec timeout 60 "$0" "$1" ${words}`,
      [folder, String(asker.pid)],
      hostileEnv(),
    ),
  );

describe('names that a terminal would act on are shown escaped', () => {
  it.each([
    'watch --count 2',
    'rules',
    'explain "$2/$evil/file" --pid "$3"',
    'status',
    'answers',
    'whois "$3"',
    'export',
    'check --policy "$2/$evil/file"',
    'rebuild --kernel "$evil"',
    '"$evil"',
    'help "$evil"',
    'protect "$2/$evil/file" --exe "$2/$evil/$evil" --else ask',
    'protect "$2/$evil" --exe "$2/$evil/$evil" --ops exec',
    'protect "/nothing/$evil/a"',
    'protect /srv --exe "$evil"',
    'protect /srv --uid "$evil"',
    'protect /srv --gid "$evil"',
    'protect /srv --cgroup "$evil.service"',
    'protect /srv --ops "$evil"',
    'protect /srv --else "$evil"',
    'unprotect "$evil"',
    'watch --tree "$2/$evil/file"',
    'watch --format "$evil"',
    'ask --exec "$evil"',
    'answers --forget "$evil"',
    'check "$2/$evil/file"',
    'apply --dry-run "$2/$evil/nothing"',
    'agent --config "$2/$evil/$evil"',
    'lab --kernel "$evil"',
    'service "$evil"',
    'service "$evil" --help',
    '"--$evil"',
    'rules "--$evil"',
    'autocomplete "$evil"',
  ])('by %s', async (words) => {
    const {stdout, stderr} = await shell(words);
    expect({stdout, stderr}).toEqual({
      stdout: expect.not.stringMatching(UNSAFE) as string,
      stderr: expect.not.stringMatching(UNSAFE) as string,
    });
    expect(stdout + stderr).toMatch(SHOWN);
  });

  it.each([
    'watch --count 2 --json',
    'watch --count 2 --format ecs',
    'watch --count 2 --format ocsf',
  ])('in each line of %s, which is JSON', async (words) => {
    const {stdout} = await shell(words);
    expect(stdout).not.toMatch(UNSAFE);
    for (const line of stdout.trimEnd().split('\n'))
      expect(JSON.stringify(JSON.parse(line))).toContain('\u009b');
  });

  it('where a program answers with them', async () => {
    const line = String.raw`{"id":"1","verdict":"deny","\u001b[2J\u009b":1}`;
    const feed = new Feed();
    const child = start(['ask', '--json'], {...hostileEnv(), ...feed.env}, 'pipe');
    const all = printed(child);
    child.stdin?.end(`${line}\n\u001b[2J\u009b\n`);
    const {stdout, stderr} = await all;
    expect(stdout + stderr).not.toMatch(UNSAFE);
    expect(stderr).toMatch(/line 1 [^\n]*\\x1b\[2J[^]*line 2 /);
  });

  it.each(['status --json', 'rules --json'])('by %s, which is JSON', async (words) => {
    const {stdout} = await shell(words);
    expect(stdout).not.toMatch(UNSAFE);
    expect(JSON.stringify(JSON.parse(stdout))).toContain('\u202e');
  });
});
