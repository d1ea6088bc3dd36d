// SPDX-License-Identifier: MIT
/* Programs that answer: lines of JSON, and one run for each question. */
import {execFileSync} from 'node:child_process';
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {BUFFERS} from '../../src/native/stream.js';
import {PROGRAMS_MAX} from '../../src/services/ask/program.js';
import {PATIENCE} from '../../src/lab/patience.js';
import {eventually} from '../unit/eventually.js';
import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';
import {Feed} from './feed.js';
import {fguard, finish, lineReader, saysOnStderr, start} from './fguard.js';
import {isRunning} from './running.js';
import {expectDocument} from './schemas.js';

function startLines(words: string[] = [], env: Record<string, string> = {}) {
  const feed = new Feed();
  const child = start(['ask', '--json', ...words], {...feed.env, ...env}, 'pipe');
  const {stdin, stderr} = child;
  if (stdin === null || stderr === null) throw new Error('no pipes');
  const read = lineReader(child);
  const next = async () => JSON.parse(await read()) as Record<string, unknown>;
  const answer = (line: unknown): void => {
    stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  };
  const end = (): Promise<number | null> => {
    stdin.end();
    return new Promise((resolve) => child.on('close', resolve));
  };
  return {feed, child, next, answer, end};
}

describe('ask --json', () => {
  it('a question is a line with all that is known', async () => {
    const {feed, next, end} = startLines();
    feed.question(7, {op: 'rename', path: '/srv/\ufffdé', newPath: '/srv/b'});
    const question = await next();
    expectDocument('question', question);
    expect(question).toMatchObject({
      id: '7',
      rule: 1,
      op: 'rename',
      newPath: '/srv/b',
      comm: 'asker\u001b[31m',
      exe: process.execPath,
      loginuid: 1000,
    });
    expect(question).toMatchObject({
      args: [process.execPath, `${ROOT}bin/run.js`, 'ask', '--json'],
      argsCut: false,
      cwd: process.cwd(),
    });
    const [parent] = question.parents as {pid: number}[];
    expect(parent?.pid).toBe(process.pid);
    expect(await end()).toBe(0);
    expect(feed.answers()).toEqual([]);
  });

  it('ids keep all their digits', async () => {
    const {feed, next, answer, end} = startLines();
    feed.say('question', '18446744073709551615', 0, 60_000, '/srv/a');
    expect(await next()).toMatchObject({id: '18446744073709551615'});
    answer({id: '18446744073709551615', verdict: 'deny'});
    expect(await feed.answered(1)).toEqual([
      'answer id=18446744073709551615 verdict=1 lifetime=0 ttl=0',
    ]);
    await end();
  });

  it.each([
    [{verdict: 'allow'}, 'verdict=0 lifetime=0 ttl=0'],
    [{verdict: 'deny', lifetime: 'once'}, 'verdict=1 lifetime=0 ttl=0'],
    [{verdict: 'allow', lifetime: 'process'}, 'verdict=0 lifetime=1 ttl=0'],
    [{verdict: 'deny', lifetime: 'forever'}, 'verdict=1 lifetime=3 ttl=0'],
    [{verdict: 'allow', lifetime: '10m'}, 'verdict=0 lifetime=2 ttl=600000'],
    [{verdict: 'allow', lifetime: '1500ms'}, 'verdict=0 lifetime=2 ttl=1500'],
  ])('%j', async (line, terms) => {
    const {feed, next, answer, end} = startLines();
    feed.question(1);
    await next();
    answer({id: '1', ...line});
    expect(await feed.answered(1)).toEqual([`answer id=1 ${terms}`]);
    await end();
  });

  it.each(['answered', 'expired', 'gone'])(
    'that a question ended is a line: %s',
    async (reason) => {
      const {feed, next, end} = startLines();
      feed.question(1);
      await next();
      feed.closed(1, reason);
      const closed = await next();
      expectDocument('closed', closed);
      expect(closed).toEqual({type: 'closed', id: '1', reason});
      await end();
    },
  );

  it("one's own answer is no news", async () => {
    const {feed, next, answer, end} = startLines();
    feed.question(1);
    await next();
    answer({id: '1', verdict: 'allow'});
    await feed.answered(1);
    feed.question(2);
    expect(await next()).toMatchObject({type: 'question', id: '2'});
    await end();
  });

  it.each([
    ['not JSON', 'yes', 'line 1 is not an answer'],
    ['no end for long', ' '.repeat(1 << 20) + '[]', 'line 1 is not an answer: it is too long'],
    ['no object', '[]', 'not an object'],
    ['no id', '{"verdict":"deny"}', '"id" must be the id'],
    ['a number for an id', '{"id":1,"verdict":"deny"}', '"id" must be the id'],
    ['an id that is too large', '{"id":"18446744073709551616","verdict":"deny"}', '"id" must be'],
    ['no verdict', '{"id":"1"}', '"verdict" must be one of allow, deny'],
    ['an unknown verdict', '{"id":"1","verdict":"maybe"}', '"verdict" must be one of'],
    [
      'an unknown lifetime',
      '{"id":"1","verdict":"deny","lifetime":"soon"}',
      '"lifetime" must be one of',
    ],
    ['a lifetime of 0', '{"id":"1","verdict":"deny","lifetime":"0s"}', '"lifetime" must be one of'],
    ['an unknown key', '{"id":"1","verdict":"deny","ttl":5}', 'unknown key "ttl"; expected one of'],
    ['a question that does not wait', '{"id":"9","verdict":"deny"}', 'is too late'],
  ])('a line with %s is told of, and ends nothing', async (_name, line, complaint) => {
    const {feed, child, next, answer, end} = startLines();
    const told = saysOnStderr(child, complaint);
    feed.question(1);
    await next();
    answer(line);
    await told;
    answer('{"id":"1","verdict":"deny"}');
    await feed.answered(line.includes('"9"') ? 2 : 1);
    expect(feed.answers().at(-1)).toBe('answer id=1 verdict=1 lifetime=0 ttl=0');
    expect(await end()).toBe(0);
  });

  it('what the stream had no room for is asked for', async () => {
    const {feed, next, end} = startLines();
    feed.question(1);
    await next();
    feed.lose(2, {path: '/srv/lost'});
    feed.say('gap');
    expect(await next()).toMatchObject({type: 'question', id: '2', path: '/srv/lost'});
    await end();
  });

  it('one who asks much of a program that reads slowly keeps nobody else out', async () => {
    const {feed, child, next, end} = startLines();
    child.stdout?.pause();
    /* Little for the one pipe, much for the other. */
    const path = `/srv/${'\u0001'.repeat(230)}`;
    const count = 200;
    for (let id = 1; id <= count; id++) feed.question(id, {path});
    feed.as(1001);
    feed.question(count + 1);
    /* What is read then came after it. */
    feed.as(0, 1000);
    for (let id = count + 2; id < count + 2 + 2 * BUFFERS; id++) feed.question(id, {path});
    await feed.noted('all read');
    child.stdout?.resume();
    const ids: number[] = [];
    while (ids.at(-1) !== count + 1) ids.push(Number((await next()).id));
    expect(ids.length).toBeLessThan(count);
    expect(await end()).toBe(0);
  });

  it('leaving with --default answers what waits', async () => {
    const {feed, next, end} = startLines(['--default', 'deny']);
    feed.question(1);
    feed.question(2);
    await next();
    await next();
    expect(await end()).toBe(0);
    expect(feed.answers()).toEqual([
      'answer id=1 verdict=1 lifetime=0 ttl=0',
      'answer id=2 verdict=1 lifetime=0 ttl=0',
    ]);
  });

  it('a program whose executable would not be known again is answered once', async () => {
    const {feed, child, next, answer, end} = startLines([], {FAKE_NO_EXE: '1'});
    const told = saysOnStderr(child, 'applies to this access only');
    feed.question(1);
    await next();
    answer({id: '1', verdict: 'allow', lifetime: 'forever'});
    await told;
    expect(feed.answers().at(-1)).toBe('answer id=1 verdict=0 lifetime=0 ttl=0');
    await end();
  });

  it('a reader that goes away ends it', async () => {
    const {feed, child, next} = startLines();
    feed.question(1);
    await next();
    const code = new Promise((resolve) => child.on('exit', resolve));
    child.stdout?.destroy();
    expect(await code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it with 130', async (signal) => {
    const {feed, child, next} = startLines();
    feed.question(1);
    await next();
    const code = new Promise((resolve) => child.on('exit', resolve));
    child.kill(signal);
    expect(await code).toBe(130);
    expect(feed.calls().slice(-2)).toEqual(['close', 'close']);
  });

  it('an asker that keeps its arguments from everybody holds up neither others nor the end', async () => {
    const folder = newFolder();
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const stuck = join(folder, 'stuck.cjs');
    writeFileSync(
      stuck,
      `const fs = require('node:fs/promises');
      const {open} = fs;
      fs.open = (path, ...rest) => /^.proc.\\d+$/.test(path) ? open('${fifo}') : open(path, ...rest);`,
    );
    const {feed, child, next} = startLines([], {NODE_OPTIONS: `--require=${stuck}`});
    for (let id = 1; id <= 4; id++) feed.question(id);
    for (let id = 1; id <= 4; id++)
      expect(await next()).toMatchObject({id: String(id), args: null});
    const code = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGINT');
    expect(await code).toBe(130);
  });

  it('an unloaded module ends it with 3', async () => {
    const feed = new Feed();
    const child = start(['ask', '--json'], feed.env, 'pipe');
    const done = finish(child);
    feed.say('unload');
    const {code, stdout} = await done;
    expect(code).toBe(3);
    expectDocument('error', JSON.parse(stdout));
  });
});

function program(feed: Feed, script: string): string {
  const path = join(feed.folder, 'program');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function startProgram(script: string, words: string[] = []) {
  const feed = new Feed();
  const path = program(feed, script);
  const child = start(['ask', '--exec', path, ...words], {...feed.env, FOLDER: feed.folder});
  return {feed, child, done: finish(child)};
}

describe('ask --exec', () => {
  it.each([
    ['exit 0', 'verdict=0 lifetime=0 ttl=0'],
    ['exit 1', 'verdict=1 lifetime=0 ttl=0'],
    ['case $FGUARD_PATH in */a) exit 0;; *) exit 1;; esac', 'verdict=0 lifetime=0 ttl=0'],
  ])('%s', async (script, terms) => {
    const {feed, child, done} = startProgram(script);
    feed.question(1, {path: '/srv/a'});
    expect(await feed.answered(1)).toEqual([`answer id=1 ${terms}`]);
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
  });

  it('the program has the question on its input and in its environment', async () => {
    const {feed, child, done} = startProgram(
      'cat >"$FOLDER/question"; env | grep ^FGUARD_ | sort >"$FOLDER/env"; echo said; exit 1',
    );
    feed.question(1, {op: 'delete', path: '/srv/a b'});
    await feed.answered(1);
    const question: unknown = JSON.parse(readFileSync(join(feed.folder, 'question'), 'utf8'));
    expectDocument('question', question);
    const env = readFileSync(join(feed.folder, 'env'), 'utf8');
    for (const line of ['ID=1', 'RULE=1', 'OP=delete', 'PATH=/srv/a b', 'UID=0', 'LOGINUID=1000'])
      expect(env).toContain(`FGUARD_${line}\n`);
    expect(env).not.toContain('NEW_PATH');
    child.kill('SIGINT');
    const {stdout, stderr} = await done;
    expect(stdout).toMatch(/^deny: asker\\x1b\\x5b31m\[\d+\] delete \/srv\/a b$/m);
    expect(stderr).toContain('said');
  });

  it('an environment holds no mangled name', async () => {
    const {feed, child, done} = startProgram('[ "${FGUARD_PATH-unset}" = unset ]');
    feed.lose(1);
    feed.closed(1, 'gone');
    feed.say('question', 2, 0, 60_000, '/srv/a');
    expect(await feed.answered(1)).toEqual(['answer id=2 verdict=1 lifetime=0 ttl=0']);
    child.kill('SIGINT');
    await done;
  });

  it.each([
    ['another exit code', 'exit 2', 'exit code 2'],
    ['a signal', 'kill -KILL $$', 'killed by SIGKILL'],
    ['a signal without a name', 'kill -34 $$', 'exit code 162'],
  ])('%s is no answer', async (_name, script, problem) => {
    const {feed, child, done} = startProgram(script, ['--json']);
    const read = lineReader(child);
    feed.question(1);
    const line: unknown = JSON.parse(await read());
    expectDocument('unanswered', line);
    expect(line).toMatchObject({id: '1', problem});
    child.kill('SIGINT');
    await done;
    expect(feed.answers()).toEqual([]);
  });

  it('no answer is the default, if one was given', async () => {
    const {feed, child, done} = startProgram('exit 2', ['--default', 'allow', '--json']);
    const read = lineReader(child);
    feed.question(1);
    const line: unknown = JSON.parse(await read());
    expectDocument('answer', line);
    expect(line).toMatchObject({id: '1', verdict: 'allow', lifetime: 'once'});
    child.kill('SIGINT');
    await done;
  });

  it('a program that is still running at the deadline is ended, with what it started', async () => {
    const script = 'echo $$ >>"$FOLDER/pids"; sleep 1000 & echo $! >>"$FOLDER/pids"; wait';
    const {feed, child, done} = startProgram(script, ['--json']);
    const read = lineReader(child);
    // by then it has to have written both
    feed.question(1, {milliseconds: 4000 * PATIENCE});
    expect(JSON.parse(await read())).toMatchObject({
      type: 'unanswered',
      problem: 'killed by SIGKILL',
    });
    const pids = readFileSync(join(feed.folder, 'pids'), 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(2);
    await eventually(() => {
      expect(pids.filter(isRunning)).toEqual([]);
    });
    child.kill('SIGINT');
    await done;
  });

  it('a question that ended elsewhere ends its program', async () => {
    const script = 'echo $$ >"$FOLDER/pid"; [ "$FGUARD_ID" = 2 ] && exit 0; sleep 1000; exit 0';
    const {feed, child, done} = startProgram(script);
    feed.question(1);
    feed.closed(1, 'answered');
    feed.question(2);
    expect(await feed.answered(1)).toEqual(['answer id=2 verdict=0 lifetime=0 ttl=0']);
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
  });

  it('so many run at a time, and no more', async () => {
    /* Each waits until as many have begun as may; one more at a time would be seen. */
    const script = [
      'echo >"$FOLDER/running.$FGUARD_ID"',
      `while [ "$(ls "$FOLDER"/running.* "$FOLDER"/done.* 2>/dev/null | wc -l)" -lt ${PROGRAMS_MAX} ]; do sleep 0.05; done`,
      'ls "$FOLDER"/running.* | wc -l >>"$FOLDER/counts"',
      'mv "$FOLDER/running.$FGUARD_ID" "$FOLDER/done.$FGUARD_ID"',
    ].join('\n');
    const {feed, child, done} = startProgram(script);
    const count = 2 * PROGRAMS_MAX;
    for (let id = 1; id <= count; id++) {
      feed.as(id % PROGRAMS_MAX);
      feed.question(id);
    }
    await feed.answered(count);
    child.kill('SIGINT');
    await done;
    const counts = readFileSync(join(feed.folder, 'counts'), 'utf8').trim().split('\n').map(Number);
    expect(Math.max(...counts)).toBeLessThanOrEqual(PROGRAMS_MAX);
    expect(counts).toHaveLength(count);
  });

  it('one who asks much that takes long keeps nobody else out, by whatever users', async () => {
    const {feed, child, done} = startProgram('[ "$FGUARD_UID" = 1001 ] || sleep 1000; exit 0');
    for (let id = 1; id <= 40; id++) {
      feed.as(100_000 + id, 1000);
      feed.question(id);
    }
    for (let id = 41; id <= 43; id++) {
      feed.as(1001);
      feed.question(id);
      expect((await feed.answered(id - 40)).at(-1)).toContain(`answer id=${id} `);
    }
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
  });

  it('a program that is not there is refused at once', async () => {
    const {code, stderr} = await fguard(['ask', '--exec', '/no/such/program']);
    expect([code, stderr]).toEqual([1, 'fguard: --exec /no/such/program: no such program\n']);
  });
});

describe('ask without a terminal', () => {
  it('says what else there is', async () => {
    const {code, stderr} = await fguard(['ask']);
    expect(code).toBe(2);
    expect(stderr).toContain('ask needs a terminal');
    expect(stderr).toContain('fguard ask --json');
  });
});
