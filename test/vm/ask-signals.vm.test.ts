// SPDX-License-Identifier: MIT
// What comes over a task that waits for an answer: signals, stops, tracers, threads.
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, questionsOf, type Question} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/ask-signals/
//   vault/{secret,other}   asked about for everybody
//   free                   not guarded
const lab = useLab('ask-signals');
const vault = lab.path('vault');
const [secret, other, free] = [`${vault}/secret`, `${vault}/other`, lab.path('free')];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let watcher: Watcher;
let answerer: Answerer;
let asker: Actor;
let asked: number;

const guardVault = (deadline = LONG) =>
  lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline});

beforeAll(async () => {
  await vm.ok(`cd ${lab.directory} && mkdir vault && touch vault/secret vault/other free`);
  // keeps the hooks, which take a while to come and to go
  watcher = await Watcher.start({paths: [lab.directory]});
});

afterAll(() => watcher.end());

beforeEach(async () => {
  await lab.guard.clear();
  await guardVault();
  answerer = await Answerer.start();
  asker = await Actor.start();
  ({asked} = await lab.guard.status());
});

afterEach(async () => {
  await answerer.end();
  await asker.end();
});

const askedNow = async (): Promise<number> => (await lab.guard.status()).asked - asked;
const waiting = async (): Promise<number[]> => (await questionsOf(lab.guard)).map(({id}) => id);
const allow = (id: number) => answerer.answer(id, {verdict: 'allow'});
const deny = (id: number) => answerer.answer(id, {verdict: 'deny'});

const STATUS = (pid: number): string => `/proc/${pid}/status`;

/** Gives it, and waits until the task has taken it. */
const signal = (name: string, pid = asker.pid) =>
  vm.ok(`kill -${name} ${pid}; until grep -q '^ShdPnd:.0*$' ${STATUS(pid)}; do :; done`);

const untilState = (state: string, pid = asker.pid) =>
  vm.ok(`until grep -q '^State:.${state}' ${STATUS(pid)}; do :; done`);

/** Says it to the asker, and gives the question that follows, and how it ends. */
async function begin(
  ...words: (string | number)[]
): Promise<{question: Question; end: Promise<string>}> {
  const end = asker.do(...words);
  // looked at where it is awaited
  end.catch(() => undefined);
  return {question: await answerer.question(), end};
}

async function expectSame(question: Question): Promise<void> {
  expect(await waiting()).toEqual([question.id]);
  expect(await askedNow()).toBe(1);
}

const ANSWERS = [
  ['allow', 'OK'],
  ['deny', 'EACCES'],
] as const;

describe('a signal', () => {
  it.each([
    ['plain', 'allow'],
    ['plain', 'deny'],
    ['restart', 'allow'],
    ['stack', 'allow'],
  ] as const)(
    'is handled (%s) while its task waits, which asks no second time: %s',
    async (how, verdict) => {
      expect(await asker.do('catch', 10, how)).toBe('OK');
      const {question, end} = await begin('open', secret);
      for (let times = 0; times < 3; times++) await signal('USR1');
      await expectSame(question);
      await answerer.answer(question.id, {verdict});
      expect(await end).toBe(verdict === 'allow' ? 'OK' : 'EACCES');
      expect(await asker.do('caught')).toBe('3 OK');
      expect(await askedNow()).toBe(1);
    },
  );

  it('that is ignored changes nothing', async () => {
    expect(await asker.do('catch', 10, 'ignore')).toBe('OK');
    const {question, end} = await begin('unlink', other);
    await signal('USR1');
    await signal('CHLD');
    await expectSame(question);
    await deny(question.id);
    expect(await end).toBe('EACCES');
  });

  it('whose handler opens a guarded file lets that be asked, and then goes on', async () => {
    expect(await asker.do('catch', 10, 'open', other)).toBe('OK');
    const {question, end} = await begin('open', secret);
    await vm.ok(`kill -USR1 ${asker.pid}`);
    const inner = await answerer.question();
    expect(inner).toMatchObject({path: other, pid: asker.pid});
    expect(await waiting()).toEqual([question.id, inner.id]);
    await allow(inner.id);
    await allow(question.id);
    expect(await end).toBe('OK');
    expect(await asker.do('caught')).toBe('1 OK');
    expect(await askedNow()).toBe(2);
  });

  it('whose handler jumps away ends the call, and the task may ask later', async () => {
    expect(await asker.do('catch', 10, 'jump')).toBe('OK');
    const first = await begin('escape', 'open', secret);
    await vm.ok(`kill -USR1 ${asker.pid}`);
    expect(await first.end).toBe('ECANCELED');
    const end = asker.do('open', other);
    await allow((await answerer.question()).id);
    expect(await end).toBe('OK');
    // the same, which waits still
    const again = asker.do('open', secret);
    await expect.poll(waiting, {timeout: 30_000 * PATIENCE}).toEqual([first.question.id]);
    await deny(first.question.id);
    expect(await again).toBe('EACCES');
  });

  it('whose handler jumped away lets nobody wait who cannot', async () => {
    expect(await asker.do('catch', 10, 'jump')).toBe('OK');
    const {question, end} = await begin('escape', 'open', secret);
    await vm.ok(`kill -USR1 ${asker.pid}`);
    expect(await end).toBe('ECANCELED');
    expect(await asker.do('uring-open', secret)).toBe('EACCES');
    await expectSame(question);
  });

  it('that comes at any moment interrupts no call that asks', async () => {
    await answerer.end();
    answerer = await Answerer.start({verdict: 'allow'});
    expect(await asker.do('pelted', 200, 'open', secret)).toBe('OK=200');
    await lab.guard.clear();
    expect(await askedNow()).toBe(200);
  });
});

describe('a task that is stopped while it waits', () => {
  it.each(ANSWERS)('goes on with the answer that it had meanwhile: %s', async (verdict, result) => {
    const {question, end} = await begin('open', secret);
    await vm.ok(`kill -STOP ${asker.pid}`);
    await untilState('T');
    await expectSame(question);
    await answerer.answer(question.id, {verdict});
    await vm.ok(`kill -CONT ${asker.pid}`);
    expect(await end).toBe(result);
    expect(await askedNow()).toBe(1);
  });

  it('waits on where it has none', async () => {
    const {question, end} = await begin('open', secret);
    for (let times = 0; times < 3; times++) {
      await vm.ok(`kill -STOP ${asker.pid}`);
      await untilState('T');
      await vm.ok(`kill -CONT ${asker.pid}`);
      await untilState('S');
    }
    await expectSame(question);
    await allow(question.id);
    expect(await end).toBe('OK');
  });

  it('has the default where the time passed meanwhile', async () => {
    await lab.guard.clear();
    await guardVault(2000);
    const {question, end} = await begin('open', secret);
    await vm.ok(`kill -STOP ${asker.pid}`);
    expect(await answerer.closed(question.id)).toMatchObject({reason: 'expired', verdict: 'deny'});
    await vm.ok(`kill -CONT ${asker.pid}`);
    expect(await end).toBe('EACCES');
    expect(await askedNow()).toBe(1);
  });

  it('is frozen and thawed like any other', async () => {
    const group = '/sys/fs/cgroup/ask-signals';
    await vm.ok(`mkdir -p ${group} && echo ${asker.pid} >${group}/cgroup.procs`);
    const {question, end} = await begin('open', secret);
    await vm.ok(
      `echo 1 >${group}/cgroup.freeze; until grep -q 'frozen 1' ${group}/cgroup.events; do :; done`,
    );
    await allow(question.id);
    await vm.ok(
      `echo 0 >${group}/cgroup.freeze; until grep -q 'frozen 0' ${group}/cgroup.events; do :; done`,
    );
    expect(await end).toBe('OK');
    expect(await askedNow()).toBe(1);
    await vm.ok(`echo ${asker.pid} >/sys/fs/cgroup/cgroup.procs; rmdir ${group}`);
  });
});

describe('a task that ends while it waits', () => {
  it.each(['KILL', 'TERM', 'QUIT', 'SEGV'])(
    'by SIG%s ends at once, and so does its question',
    async (name) => {
      const {question} = await begin('unlink', secret);
      await vm.ok(`kill -${name} ${asker.pid}`);
      expect((await asker.process.exit).signal).toBe(`SIG${name}`);
      expect(await answerer.closed(question.id)).toMatchObject({reason: 'gone'});
      expect(await waiting()).toEqual([]);
      expect(await lab.intruder.do('stat', secret)).toBe('OK');
    },
  );

  it('after a handler jumped away leaves no question', async () => {
    expect(await asker.do('catch', 10, 'jump')).toBe('OK');
    const {question, end} = await begin('escape', 'open', secret);
    await vm.ok(`kill -USR1 ${asker.pid}`);
    expect(await end).toBe('ECANCELED');
    await asker.end();
    expect(await answerer.closed(question.id)).toMatchObject({reason: 'gone'});
    expect(await waiting()).toEqual([]);
  });
});

describe('a task that is traced', () => {
  let tracer: Actor;

  beforeEach(async () => {
    tracer = await Actor.start();
  });

  afterEach(async () => {
    // it may wait for the other
    tracer.process.kill('SIGKILL');
    await tracer.process.exit;
  });

  it.each(ANSWERS)(
    'call by call sees the result that the answer has: %s',
    async (verdict, result) => {
      expect(await tracer.do('trace-calls', asker.pid)).toBe('tracing');
      const {question, end} = await begin('open', secret);
      await expectSame(question);
      await answerer.answer(question.id, {verdict});
      expect(await end).toBe(result);
      // the tracer sees the call once as one to be made again
      expect(await tracer.do('stat', '/')).toMatch(/^OK stops=[1-9]\d* returns=1$/);
      expect(await tracer.answer()).toBe('OK');
      expect(await askedNow()).toBe(1);
      expect(await asker.do('stat', secret)).toBe('OK');
    },
  );

  it('since it began to wait sees the same', async () => {
    const {question, end} = await begin('rename', free, `${vault}/new`);
    expect(await tracer.do('trace-calls', asker.pid)).toBe('tracing');
    await expectSame(question);
    await deny(question.id);
    expect(await end).toBe('EACCES');
    expect(await tracer.do('stat', '/')).toMatch(/^OK /);
    expect(await tracer.answer()).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('and interrupted again and again waits on', async () => {
    const {question, end} = await begin('open', secret);
    expect(await tracer.do('trace-interrupt', asker.pid, 20)).toBe('OK');
    await expectSame(question);
    await allow(question.id);
    expect(await end).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('and held where it would go back to the call goes back when it is let go', async () => {
    expect(await tracer.do('trace-hold', asker.pid)).toBe('holding');
    const {question, end} = await begin('open', secret);
    await allow(question.id);
    expect(await tracer.answer()).toBe('OK');
    expect(await waiting()).toEqual([]);
    expect(await tracer.do('trace-let', asker.pid)).toBe('OK');
    expect(await end).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('has a handler run when its tracer passes a signal on', async () => {
    expect(await asker.do('catch', 10, 'plain')).toBe('OK');
    expect(await tracer.do('trace-calls', asker.pid)).toBe('tracing');
    const {question, end} = await begin('open', secret);
    await signal('USR1');
    await expectSame(question);
    await allow(question.id);
    expect(await end).toBe('OK');
    expect(await tracer.do('stat', '/')).toMatch(/^OK /);
    expect(await tracer.answer()).toBe('OK');
    expect(await asker.do('caught')).toBe('1 OK');
  });
});

describe('tasks of one process', () => {
  it('that ask the same are one question, and one answer is for all', async () => {
    for (let times = 0; times < 4; times++)
      expect(await asker.do('aside', 'open', secret)).toBe('OK');
    const question = await answerer.question();
    const all = `until [ $(grep -l '^State:.S' /proc/${asker.pid}/task/*/status | wc -l) = 5 ]; do :; done`;
    await vm.ok(all);
    await expectSame(question);
    await allow(question.id);
    expect(await asker.do('join')).toBe('OK=4');
    expect(await askedNow()).toBe(1);
  });

  it('that ask different things are questions each, while others run', async () => {
    expect(await asker.do('aside', 'open', secret)).toBe('OK');
    expect(await asker.do('aside', 'open', other)).toBe('OK');
    const both = [await answerer.question(), await answerer.question()];
    expect(both.map((question) => question.path).sort()).toEqual([other, secret]);
    expect(await asker.do('open', free)).toBe('OK');
    for (const {id, path: file} of both)
      await answerer.answer(id, {verdict: file === secret ? 'allow' : 'deny'});
    expect(await asker.do('join')).toBe('OK=1 EACCES=1');
  });

  it('wait on where another one forks; the child asks for itself', async () => {
    expect(await asker.do('aside', 'open', secret)).toBe('OK');
    const question = await answerer.question();
    expect(await asker.do('fork')).toBe('OK');
    const child = await asker.number();
    const end = asker.do('open', secret);
    const own = await answerer.question();
    expect(own).toMatchObject({pid: child, path: secret});
    await allow(own.id);
    expect(await end).toBe('OK');
    expect(await waiting()).toEqual([question.id]);
    await allow(question.id);
  });

  it.each(['leave', 'execve'])('end with the process: %s', async (how) => {
    expect(await asker.do('aside', 'open', secret)).toBe('OK');
    const question = await answerer.question();
    if (how === 'leave') {
      asker.say('leave');
      expect((await asker.process.exit).code).toBe(0);
    } else {
      asker.say('execve', path.join(PROGRAMS, 'try'));
    }
    expect(await answerer.closed(question.id)).toMatchObject({reason: 'gone'});
    expect(await waiting()).toEqual([]);
    if (how === 'leave') return;
    // the new program asks anew
    const end = asker.do('open', secret);
    const anew = await answerer.question();
    expect(anew).toMatchObject({pid: asker.pid, tid: asker.pid});
    await allow(anew.id);
    expect(await end).toBe('OK');
  });

  it.each(ANSWERS)('may ask while the parent waits in vfork(): %s', async (verdict, result) => {
    const {question, end} = await begin('vfork', 'open', secret);
    expect(question).toMatchObject({ppid: asker.pid, path: secret});
    await answerer.answer(question.id, {verdict});
    expect(await end).toBe(result);
  });
});
