// SPDX-License-Identifier: MIT
// Node starts slowly in an emulated machine: few commands, each of which shows much.
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {json} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {Watcher} from './helper/watcher.js';
import type {GuestProcess} from './runner/process.js';
import {vm} from './runner/shared.js';

// /tmp/cli-ask/
//   secret, other   open to everybody as far as their modes go
//   decide          a program that allows reading and nothing else
const lab = useLab('cli-ask');
const [secret, other, decide] = ['secret', 'other', 'decide'].map((name) => lab.path(name)) as [
  string,
  string,
  string,
];

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && touch other &&
     printf '#!/bin/sh\\n[ "$FGUARD_OP" = read ]\\n' >decide && chmod +x decide`,
  );
});

afterEach(() => lab.guard.clear());

const answererIsThere = () => lab.guard.until(({answerers}) => answerers === 1);
const isWaiting = (count: number) => lab.guard.until(({waiting}) => waiting === count);

/** A question as a line, and how to answer it. */
class Asking {
  readonly #lines: Lines;

  constructor(readonly process: GuestProcess) {
    this.#lines = new Lines(process);
  }

  async next(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#lines.next()) as Record<string, unknown>;
  }

  answer(id: unknown, verdict: string, lifetime = 'once'): void {
    this.process.write(`${JSON.stringify({id, verdict, lifetime})}\n`);
  }
}

async function protectAsking(...words: string[]): Promise<number> {
  const {rules} = (await json(
    `fguard protect ${secret} --else ask --deadline 10m ${words.join(' ')} --json`,
  )) as {rules: {id: number}[]};
  return rules[0]?.id ?? 0;
}

describe('ask --json', () => {
  it('every question is a line, every answer counts, and status and rules tell of them', async () => {
    const rule = await protectAsking();
    expect(await json(`fguard explain ${secret} --json`)).toMatchObject({
      verdict: 'deny',
      reason: 'ask',
      rule,
    });
    const asking = new Asking(vm.spawn('fguard ask --json'));
    await answererIsThere();
    const opened = lab.intruder.do('open', secret);
    const question = await asking.next();
    expect(question).toMatchObject({
      type: 'question',
      rule,
      op: 'read',
      path: secret,
      newPath: null,
      pid: lab.intruder.pid,
      comm: 'try',
      uid: 0,
      args: [expect.stringMatching(/try$/)],
      argsCut: false,
      cwd: expect.stringMatching(/^\//),
      deadline: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((question['parents'] as {pid: number}[]).at(-1)).toMatchObject({pid: 1});
    expect(await json('fguard status --json')).toMatchObject({
      answerers: 1,
      questions: [{id: question['id'], op: 'read', path: secret, comm: 'try', default: 'deny'}],
    });
    asking.answer(question['id'], 'allow');
    expect(await opened).toBe('OK');

    const renamed = lab.intruder.do('rename', secret, other);
    const second = await asking.next();
    expect(second).toMatchObject({op: 'rename', path: secret, newPath: other});
    asking.answer(second['id'], 'deny', 'process');
    expect(await renamed).toBe('EACCES');
    expect(await lab.intruder.do('rename', secret, other)).toBe('EACCES');
    expect(await json('fguard rules --json')).toMatchObject({
      rules: [{else: 'ask', default: 'deny', deadlineMs: 600_000, hits: {asked: 2, expired: 0}}],
    });

    const unlinked = lab.intruder.do('unlink', secret);
    expect(await asking.next()).toMatchObject({op: 'delete'});
    const watcher = await Watcher.start({paths: [secret]});
    asking.process.end();
    expect(await unlinked).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({reason: 'default', detail: 'answerer-gone'});
    expect(await asking.process.exit).toMatchObject({code: 0, stderr: ''});
    await watcher.end();
  });
});

describe('ask in a terminal', () => {
  it('shows the question, answers with a key, and leaves the rest to the rule', async () => {
    await protectAsking('--default allow', '--errno EPERM');
    const terminal = vm.spawn('fguard ask', {
      terminal: {rows: 30, columns: 100},
      env: {NO_COLOR: '1', TERM: 'xterm'},
    });
    await answererIsThere();
    const watch = new Lines(vm.spawn('fguard watch --json --count 3'));
    await lab.guard.until(({subscribers}) => subscribers === 1);
    for (const [key, outcome] of [
      ['1', 'OK'],
      ['\r', 'EPERM'],
    ] as const) {
      // what is drawn anew each second of the question before is over
      await terminal.waitFor('no pending requests');
      const opened = lab.intruder.do('open', secret);
      await terminal.waitFor(`try[${lab.intruder.pid}] wants to read`);
      await terminal.waitFor(`file     ${secret}`);
      await terminal.waitFor('q: quit');
      terminal.write(key);
      expect(await opened).toBe(outcome);
    }
    await terminal.waitFor('no pending requests');
    const unlinked = lab.intruder.do('unlink', secret);
    await terminal.waitFor('wants to delete');
    terminal.write('q');
    expect(await unlinked).toBe('OK');
    await terminal.waitFor('ended with the default of the rules');
    expect(await terminal.exit).toMatchObject({code: 0});
    const seen = [await watch.next(), await watch.next(), await watch.next()].map(
      (line) => JSON.parse(line) as unknown,
    );
    expect(seen).toMatchObject([
      {op: 'read', verdict: 'allow', reason: 'answer', flags: []},
      {op: 'read', verdict: 'deny', reason: 'answer', flags: []},
      {op: 'delete', verdict: 'allow', reason: 'default', flags: ['answerer-gone']},
    ]);
    await vm.ok(`printf treasure >${secret}`);
  });
});

describe('ask --exec', () => {
  it('the exit code of the program is the answer', async () => {
    await protectAsking();
    const asking = vm.spawn(`fguard ask --exec ${decide}`);
    await answererIsThere();
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await lab.intruder.do('unlink', secret)).toBe('EACCES');
    asking.kill('SIGINT');
    expect(await asking.exit).toMatchObject({
      code: 130,
      stdout: expect.stringMatching(/^allow: try\[\d+\] read .*\ndeny: try\[\d+\] delete .*\n$/),
    });
  });
});

describe('run --ask', () => {
  it('the command and what it starts must ask, all others get in', async () => {
    const asking = new Asking(vm.spawn('fguard ask --json'));
    await answererIsThere();
    const script = `cat ${secret}; cat ${secret} || exit 7`;
    const run = vm.spawn(['fguard', 'run', '--ask', secret, '--', 'sh', '-c', script]);
    const first = await asking.next();
    expect(first).toMatchObject({op: 'read', path: secret, comm: 'cat'});
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    await isWaiting(1);
    asking.answer(first['id'], 'allow');
    const second = await asking.next();
    asking.answer(second['id'], 'deny');
    expect(await run.exit).toMatchObject({
      code: 7,
      stdout: 'treasure',
      stderr: expect.stringContaining('Permission denied'),
    });
    expect(await lab.guard.list()).toEqual([]);
    asking.process.end();
    await asking.process.exit;
  });
});
