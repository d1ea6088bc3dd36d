// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, type Question} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/ask-answers/
//   vault/{secret,other}   asked about
//   free                   not guarded
//   program                a copy of what the actors run
const lab = useLab('ask-answers');
const vault = lab.path('vault');
const secret = `${vault}/secret`;
const other = `${vault}/other`;
const free = lab.path('free');
const program = lab.path('program');
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let answerer: Answerer;
let second: Actor;

beforeAll(async () => {
  await vm.ok(`cp ${path.join(PROGRAMS, 'try')} ${program}`);
  second = await Actor.start();
});

afterAll(() => second.end());

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir vault && printf treasure >vault/secret &&` +
      'printf more >vault/other && printf decoy >free',
  );
  await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG});
  answerer = await Answerer.start();
});

afterEach(() => answerer.end());

const asked = async (): Promise<number> => (await lab.guard.list())[0]?.asked ?? 0;

describe('while a question waits', () => {
  it.each([
    ['unlink', [secret]],
    ['rename', [secret, `${vault}/new`]],
    ['link', [secret, `${vault}/new`]],
    ['mkdir', [`${vault}/new`]],
    ['open-excl', [`${vault}/new`]],
  ])('about %s and its rule is replaced, it ends with the default', async (route, words) => {
    const ended = lab.intruder.do(route, ...words);
    const {id} = await answerer.question();
    await lab.guard.add(vault, {tree: true, otherwise: 'log'});
    // made again, the call finds the new rule
    expect(await ended).toBe('OK');
    expect(await answerer.closed(id)).toMatchObject({reason: 'gone', verdict: 'deny'});
  });

  it('the directory is not locked', async () => {
    await lab.guard.clear();
    await lab.guard.add(vault, {
      tree: true,
      pids: [second.pid],
      otherwise: 'ask',
      deadline: LONG,
    });
    const ended = lab.intruder.do('rename', secret, `${vault}/new`);
    const {id} = await answerer.question();
    expect(await second.do('mkdir', `${vault}/dir`)).toBe('OK');
    expect(await second.do('rename', other, `${vault}/third`)).toBe('OK');
    expect(await second.do('unlink', `${vault}/third`)).toBe('OK');
    await answerer.answer(id, {verdict: 'allow'});
    expect(await ended).toBe('OK');
    expect(await second.do('stat', `${vault}/new`)).toBe('OK');
  });

  it('a file that is put in the place of the other is a new question', async () => {
    await lab.guard.clear();
    await lab.guard.add(vault, {
      tree: true,
      pids: [second.pid],
      otherwise: 'ask',
      deadline: LONG,
    });
    const opened = lab.intruder.do('open', secret);
    const first = await answerer.question();
    expect(await second.do('rename', other, secret)).toBe('OK');
    await answerer.answer(first.id, {verdict: 'allow'});
    const next = await answerer.question();
    expect(next).toMatchObject({op: 'read', path: secret});
    expect(next.id).not.toBe(first.id);
    await answerer.answer(next.id, {verdict: 'deny'});
    expect(await opened).toBe('EACCES');
  });

  it('a file that is taken away meanwhile is not there, whatever the answer', async () => {
    await lab.guard.clear();
    await lab.guard.add(vault, {tree: true, pids: [second.pid], otherwise: 'ask', deadline: LONG});
    const opened = lab.intruder.do('open', secret);
    const {id} = await answerer.question();
    expect(await second.do('unlink', secret)).toBe('OK');
    await answerer.answer(id, {verdict: 'allow'});
    expect(await opened).toBe('ENOENT');
  });
});

describe('one access, two rules', () => {
  const renamed = () => lab.intruder.do('rename', free, secret);

  beforeEach(async () => {
    await lab.guard.add(free, {otherwise: 'ask', deadline: LONG, error: 'EPERM'});
  });

  it('both are asked, one after the other', async () => {
    const ended = renamed();
    const questions: Question[] = [];
    for (let i = 0; i < 2; i++) questions.push(await answerer.reply({verdict: 'allow'}));
    expect(await ended).toBe('OK');
    expect(questions).toMatchObject([
      {op: 'rename', path: free, newPath: secret},
      {op: 'rename', path: free, newPath: secret},
    ]);
    expect(questions[0]?.rule).not.toBe(questions[1]?.rule);
  });

  it('the first no is enough', async () => {
    const ended = renamed();
    await answerer.reply({verdict: 'deny'});
    expect(await ended).toBe('EPERM');
    expect((await lab.guard.list()).map((rule) => rule.asked)).toEqual([0, 1]);
  });

  it('nobody is asked where another rule refuses anyway', async () => {
    await lab.guard.add(free);
    expect(await renamed()).toBe('EACCES');
    expect(await asked()).toBe(0);
  });
});

describe('an answer that holds for longer', () => {
  const opens = async (actor: Actor, file = secret): Promise<string> => actor.do('open', file);

  it('for the process: what the rule is about, by the same operation, by no other process', async () => {
    const opened = opens(lab.intruder);
    await answerer.reply({verdict: 'allow', lifetime: 'process'});
    expect(await opened).toBe('OK');
    expect(await opens(lab.intruder, other)).toBe('OK');
    expect(await asked()).toBe(1);

    const written = lab.intruder.do('open-write', secret);
    expect(await answerer.reply({verdict: 'deny'})).toMatchObject({op: 'write'});
    expect(await written).toBe('EACCES');
    const another = opens(second);
    expect(await answerer.reply({verdict: 'deny'})).toMatchObject({pid: second.pid});
    expect(await another).toBe('EACCES');
  });

  it('is told as an answer that is remembered', async () => {
    const watcher = await Watcher.start({pids: [lab.intruder.pid], ops: ['read']});
    const opened = opens(lab.intruder);
    await answerer.reply({verdict: 'deny', lifetime: 'process'});
    expect(await opened).toBe('EACCES');
    expect(await opens(lab.intruder)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({verdict: 'deny', reason: 'answer', detail: 'none'});
    expect(await watcher.next()).toMatchObject({
      verdict: 'deny',
      reason: 'answer',
      detail: 'remembered',
    });
    await watcher.end();
  });

  it.each([
    ['forever', {lifetime: 'forever'}],
    ['for a time', {lifetime: 'time', ttl: LONG}],
  ] as const)('%s: the same program run by the same user', async (_, lifetime) => {
    const twins = await Promise.all([Actor.start({program}), Actor.start({program})]);
    const opened = opens(twins[0]);
    await answerer.reply({verdict: 'allow', ...lifetime});
    expect(await opened).toBe('OK');
    expect(await opens(twins[1], other)).toBe('OK');
    expect(await asked()).toBe(1);

    for (const [actor, words] of [
      [lab.intruder, []],
      [twins[1], ['as', 'uid', 4711]],
    ] as const) {
      const ended = actor.do(...words, 'open', secret);
      await answerer.reply({verdict: 'deny'});
      expect(await ended).toBe('EACCES');
    }
    await Promise.all(twins.map((actor) => actor.end()));
  });

  it('for a time ends with it', async () => {
    const opened = opens(lab.intruder);
    await answerer.reply({verdict: 'allow', lifetime: 'time', ttl: 1});
    expect(await opened).toBe('OK');
    await vm.ok('sleep 0.05');
    const again = opens(lab.intruder);
    await answerer.reply({verdict: 'deny'});
    expect(await again).toBe('EACCES');
  });

  it('a later one takes its place, and a rule that asks about something else knows none', async () => {
    await lab.guard.clear();
    const rule = {tree: true, otherwise: 'ask', default: 'allow', deadline: LONG} as const;
    await lab.guard.add(vault, rule);
    const opened = opens(lab.intruder);
    await answerer.reply({verdict: 'deny', lifetime: 'forever'});
    expect(await opened).toBe('EACCES');
    expect(await opens(lab.intruder)).toBe('EACCES');
    await lab.guard.add(vault, {...rule, ops: ['read']});
    const again = opens(lab.intruder);
    await answerer.reply({verdict: 'allow'});
    expect(await again).toBe('OK');
  });

  it('cannot be had for a program that would not be known again', async () => {
    const file = await second.do('memfd');
    const ghost = await Actor.start({program: `/proc/${second.pid}/fd/${file}`});
    const opened = opens(ghost);
    const {id} = await answerer.question();
    expect(await answerer.answer(id, {verdict: 'allow', lifetime: 'forever'})).toMatchObject({
      errno: 'EOPNOTSUPP',
    });
    await answerer.answer(id, {verdict: 'allow', lifetime: 'process'});
    expect(await opened).toBe('OK');
    await ghost.end();
  });
});

describe('several answerers', () => {
  it('are all asked; the first answer counts, and the others are told', async () => {
    const colleague = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    const [{id}, also] = await Promise.all([answerer.question(), colleague.question()]);
    expect(also.id).toBe(id);
    await colleague.answer(id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
    for (const one of [answerer, colleague])
      expect(await one.closed(id)).toMatchObject({reason: 'answered', verdict: 'allow'});
    expect(await answerer.answer(id, {verdict: 'deny'})).toMatchObject({errno: 'ENOENT'});
    await colleague.end();
  });

  it('the question of one that goes waits for the others', async () => {
    const colleague = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    const {id} = await colleague.question();
    await colleague.end();
    await answerer.answer(id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
  });
});

describe('a rule against somebody', () => {
  it('asks about him and his children alone', async () => {
    await lab.guard.clear();
    await lab.guard.add(vault, {
      tree: true,
      otherwise: 'ask',
      against: true,
      children: true,
      deadline: LONG,
      pids: [lab.intruder.pid],
    });
    expect(await second.do('open', secret)).toBe('OK');
    expect(await asked()).toBe(0);
    for (const words of [
      ['open', secret],
      ['child', 'open', secret],
    ]) {
      const ended = lab.intruder.do(...words);
      await answerer.reply({verdict: 'deny'});
      expect(await ended).toBe('EACCES');
    }
  });
});
