// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Answerer, questionsOf} from './helper/answerer.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {Watcher} from './helper/watcher.js';
import {REPOSITORY} from './runner/prepare.js';
import {vm} from './runner/shared.js';

// /tmp/ask-library/
//   secret   asked about, but not the owner
//   log      asked about, where a test says so
//   asked    asked about by examples/answer
const lab = useLab('ask-library');
const [secret, log, asked] = ['secret', 'log', 'asked'].map((name) => lab.path(name)) as [
  string,
  string,
  string,
];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let rule: number;
let answerer: Answerer | undefined;

beforeAll(async () => {
  await vm.ok(`cd ${lab.directory} && touch secret log asked`);
});

beforeEach(async () => {
  await lab.guard.clear();
  const {pid} = lab.owner;
  rule = (await lab.guard.add(secret, {otherwise: 'ask', deadline: LONG, pids: [pid]})).id;
});

afterEach(async () => {
  await answerer?.end();
  answerer = undefined;
});

const isWaiting = (count: number) => lab.guard.until(({waiting}) => waiting === count);

describe('a question', () => {
  it('tells who wants to do what to which file, and until when', async () => {
    answerer = await Answerer.start();
    const before = (await lab.guard.status()).asked;
    const opened = lab.intruder.do('open', secret);
    const question = await answerer.question();
    expect(question).toMatchObject({
      rule,
      op: 'read',
      path: secret,
      newPath: '',
      pid: lab.intruder.pid,
      uid: 0,
      comm: 'try',
      verdict: 'deny',
      reason: 'ask',
    });
    expect(question.deadline).toBeGreaterThan(question.time);
    expect(await lab.guard.status()).toMatchObject({waiting: 1, answerers: 1, asked: before + 1});
    expect(await answerer.answer(question.id, {verdict: 'allow'})).toEqual({});
    expect(await opened).toBe('OK');
    expect(await answerer.closed()).toMatchObject({
      id: question.id,
      reason: 'answered',
      verdict: 'allow',
    });
  });

  it('has the new name of a file that is to be renamed', async () => {
    answerer = await Answerer.start();
    const renamed = lab.intruder.do('rename', secret, lab.path('other'));
    const question = await answerer.reply({verdict: 'deny'});
    expect(question).toMatchObject({op: 'rename', path: secret, newPath: lab.path('other')});
    expect(await renamed).toBe('EACCES');
  });

  it('that waits is listed until it is answered, and cannot be answered again', async () => {
    answerer = await Answerer.start();
    expect(await questionsOf(lab.guard)).toEqual([]);
    const opened = lab.intruder.do('open', secret);
    const question = await answerer.question();
    expect(await questionsOf(lab.guard)).toMatchObject([
      {id: question.id, pid: lab.intruder.pid, path: secret, deadline: question.deadline},
    ]);
    await answerer.answer(question.id, {verdict: 'deny'});
    expect(await opened).toBe('EACCES');
    expect(await questionsOf(lab.guard)).toEqual([]);
    expect(await answerer.answer(question.id, {verdict: 'allow'})).toMatchObject({
      errno: 'ENOENT',
    });
  });

  it('that waited before the answerer came is told to it first', async () => {
    answerer = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    const {id} = await answerer.question();
    const second = await Answerer.start();
    expect((await second.question()).id).toBe(id);
    await second.answer(id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
    for (const one of [answerer, second])
      expect(await one.closed()).toMatchObject({id, reason: 'answered', verdict: 'allow'});
    await second.end();
  });

  it('ends with the default of the rule when the last answerer goes', async () => {
    await lab.guard.add(secret, {otherwise: 'ask', deadline: LONG, default: 'allow'});
    answerer = await Answerer.start();
    const watcher = await Watcher.start({ops: ['read'], paths: [secret]});
    const opened = lab.intruder.do('open', secret);
    await answerer.question();
    await answerer.end();
    expect(await opened).toBe('OK');
    expect(await watcher.next()).toMatchObject({
      verdict: 'allow',
      reason: 'default',
      detail: 'answerer-gone',
    });
    await watcher.end();
  });

  it('that nobody answers in time ends so, is counted, and the answerer is told', async () => {
    await lab.guard.add(secret, {otherwise: 'ask', deadline: 50});
    answerer = await Answerer.start();
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await answerer.closed()).toMatchObject({reason: 'expired', verdict: 'deny'});
    expect(await lab.guard.list()).toMatchObject([{asked: 1, expired: 1, deadline: 50}]);
  });
});

describe('an answer', () => {
  it('for the process holds for it alone', async () => {
    answerer = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'process'});
    expect(await opened).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await lab.guard.list()).toMatchObject([{asked: 1, default: 'deny'}]);
  });

  it.each([
    ['a time without a length', {verdict: 'allow', lifetime: 'time'}],
    ['a length without a time', {verdict: 'allow', ttl: 5}],
  ] as const)('of %s is refused, and the question waits on', async (_, wrong) => {
    answerer = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    const {id} = await answerer.question();
    expect(await answerer.answer(id, wrong)).toMatchObject({errno: 'EINVAL'});
    await isWaiting(1);
    await answerer.answer(id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
  });
});

describe('an answerer', () => {
  it('that is not attached leaves the rule its default', async () => {
    const watcher = await Watcher.start({ops: ['read'], paths: [secret]});
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({reason: 'default', detail: 'no-answerer'});
    await watcher.end();
  });

  it.each([false, true])(
    'reads what it is asked about and logs it (a child: %s)',
    async (child) => {
      await lab.guard.add(log, {otherwise: 'ask', deadline: LONG});
      answerer = await Answerer.start({verdict: 'allow', read: secret, log, child});
      expect(await lab.intruder.do('open', secret)).toBe('OK');
      const {id} = await answerer.question();
      expect(await answerer.next()).toEqual({type: 'read', errno: 'OK'});
      expect(await answerer.next()).toEqual({type: 'log', errno: 'OK'});
      expect(await answerer.next()).toEqual({type: 'answered', id});
    },
  );

  it('answers what it is to answer, and leaves the rest', async () => {
    await lab.guard.add(log, {otherwise: 'ask', deadline: LONG});
    answerer = await Answerer.start({verdict: 'deny', match: secret});
    const opened = lab.owner.do('open', log);
    const question = await answerer.question();
    expect(question.path).toBe(log);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await isWaiting(1);
    await answerer.answer(question.id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
  });

  it('is told of no more than it asked for: another filter is refused', async () => {
    expect(await lab.guard.ask('subscribe', {answer: 1, all: 1})).toMatchObject({
      errno: 'EINVAL',
    });
  });
});

describe('examples/answer', () => {
  const PROGRAM = path.join(REPOSITORY, 'libnetlink/examples/answer');

  const start = async () => {
    const lines = new Lines(vm.spawn([PROGRAM, asked, '/usr/bin/cat']));
    expect(await lines.next()).toMatch(/^rule \d+ asks about .*asked$/);
    return lines;
  };

  it('lets the programs in that are named, and tells what it was asked', async () => {
    const lines = await start();
    expect((await vm.run(`cat ${asked}`)).code).toBe(0);
    expect(await lines.next()).toMatch(
      /^\d+ read\? pid=\d+ uid=0 comm=cat exe=\/usr\/bin\/cat path=.*asked$/,
    );
    expect(await lines.next()).toMatch(/^\d+ allow$/);
    expect((await vm.run(`rm ${asked}`)).stderr).toMatch('Permission denied');
    expect(await lines.next()).toMatch(/^\d+ delete\? .*exe=\/usr\/bin\/rm/);
    expect(await lines.next()).toMatch(/^\d+ deny$/);
    lines.process.kill('SIGINT');
    expect((await lines.process.exit).code).toBe(0);
    expect(await lab.guard.list()).toMatchObject([{path: secret}]);
  });

  it('ends when the module is unloaded, and says so', async () => {
    const lines = await start();
    await lab.guard.end();
    await vm.ok('rmmod fguard');
    const {code, stderr} = await lines.process.exit;
    expect([code, stderr]).toEqual([1, 'answer: the fguard module was unloaded\n']);
    await vm.ok('modprobe fguard');
    await lab.reconnect();
  });
});
