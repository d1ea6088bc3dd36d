// SPDX-License-Identifier: MIT
// What an answer covers: who waits already, and what comes later.
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, questionsOf, type Answer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import type {Verdict} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/ask-covers/
//   vault/{secret,other}   asked about for everybody
//   program                a copy of what the actors run
const lab = useLab('ask-covers');
const vault = lab.path('vault');
const [secret, other, program] = [`${vault}/secret`, `${vault}/other`, lab.path('program')];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;
/** Of the module: a hundred years. */
const TTL_MAX = 3_153_600_000_000;

const OTHER_USER = ['setpriv', '--reuid=4711', '--regid=4711', '--clear-groups'];

let answerer: Answerer;
let twins: [Actor, Actor];
let stranger: Actor;
let asked: number;

const askedNow = async (): Promise<number> => (await lab.guard.status()).asked - asked;

const guard = (fallback: Verdict) =>
  lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG, default: fallback});

beforeAll(async () => {
  await vm.ok(`cp ${path.join(PROGRAMS, 'try')} ${program} && chmod 755 ${program}`);
  twins = [await Actor.start({program}), await Actor.start({program})];
  stranger = await Actor.start({program, through: OTHER_USER});
});

afterAll(() => Promise.all([...twins, stranger].map((actor) => actor.end())));

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir -m 777 vault && printf treasure >vault/secret &&
     printf more >vault/other && chmod 666 vault/*`,
  );
  answerer = await Answerer.start();
  ({asked} = await lab.guard.status());
});

afterEach(() => answerer.end());

const LONGER: Answer[] = [
  {verdict: 'deny', lifetime: 'forever'},
  {verdict: 'allow', lifetime: 'forever'},
  {verdict: 'deny', lifetime: 'time', ttl: LONG},
  {verdict: 'allow', lifetime: 'time', ttl: LONG},
];

const resultOf = ({verdict}: Answer): string => (verdict === 'allow' ? 'OK' : 'EACCES');

describe('an answer that holds for longer', () => {
  it.each(LONGER)(
    'is for those, too, who wait on equal terms: $verdict $lifetime',
    async (answer) => {
      await guard(answer.verdict === 'allow' ? 'deny' : 'allow');
      const ends = [twins[0].do('open', secret), twins[1].do('open', other)];
      const [{id}, later] = [await answerer.question(), await answerer.question()];
      await answerer.answer(id, answer);
      expect(await Promise.all(ends)).toEqual([resultOf(answer), resultOf(answer)]);
      expect(await answerer.closed(later.id)).toMatchObject({
        reason: 'answered',
        verdict: answer.verdict,
      });
    },
  );

  it('leaves those who wait on other terms to be answered', async () => {
    await guard('deny');
    const first = twins[0].do('open', secret);
    const {id} = await answerer.question();
    const others = [
      twins[1].do('open-write', secret),
      stranger.do('open', secret),
      lab.intruder.do('open', secret),
    ];
    const questions = [];
    while (questions.length < others.length) questions.push(await answerer.question());
    await answerer.answer(id, {verdict: 'allow', lifetime: 'forever'});
    expect(await first).toBe('OK');
    expect(await questionsOf(lab.guard)).toHaveLength(others.length);
    for (const question of questions) await answerer.answer(question.id, {verdict: 'deny'});
    expect(await Promise.all(others)).toEqual(['EACCES', 'EACCES', 'EACCES']);
  });

  it('for the process is for what its other threads wait for', async () => {
    await guard('deny');
    for (const file of [secret, other]) expect(await twins[0].do('aside', 'open', file)).toBe('OK');
    const [{id}] = [await answerer.question(), await answerer.question()];
    const elsewhere = twins[1].do('open', secret);
    const {id: last} = await answerer.question();
    await answerer.answer(id, {verdict: 'allow', lifetime: 'process'});
    expect(await twins[0].do('join')).toBe('OK=2');
    await answerer.answer(last, {verdict: 'deny'});
    expect(await elsewhere).toBe('EACCES');
  });

  it.each(['open-excl', 'creat', 'open-create', 'open-create-read'])(
    'to create covers the opening of what is created, as one for once: %s',
    async (route) => {
      await guard('deny');
      const first = twins[0].do(route, `${vault}/new1`);
      expect(await answerer.reply({verdict: 'allow', lifetime: 'forever'})).toMatchObject({
        op: 'create',
      });
      expect(await first).toBe('OK');
      expect(await twins[1].do(route, `${vault}/new2`)).toBe('OK');
      expect(await askedNow()).toBe(1);
    },
  );

  it.each(['open', 'open-create', 'creat'])(
    'to create is none to open what is there: %s',
    async (route) => {
      await guard('deny');
      const first = twins[0].do('open-excl', `${vault}/new`);
      await answerer.reply({verdict: 'allow', lifetime: 'forever'});
      expect(await first).toBe('OK');
      const second = twins[0].do(route, secret);
      await answerer.reply({verdict: 'deny'});
      expect(await second).toBe('EACCES');
    },
  );

  it('covers both where both were asked about: reading and writing', async () => {
    await guard('deny');
    const first = twins[0].do('open-rdwr', secret);
    expect(await answerer.reply({verdict: 'allow', lifetime: 'forever'})).toMatchObject({
      op: 'write',
    });
    expect(await first).toBe('OK');
    expect(await twins[1].do('open-rdwr', other)).toBe('OK');
    expect(await twins[1].do('open', other)).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('to write alone is none to read and write', async () => {
    await guard('deny');
    const first = twins[0].do('open-write', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(await first).toBe('OK');
    const second = twins[0].do('open-rdwr', secret);
    await answerer.reply({verdict: 'deny'});
    expect(await second).toBe('EACCES');
  });

  it('to write covers that the same call shortens, as one for once', async () => {
    await guard('deny');
    const first = twins[0].do('open-trunc', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(await first).toBe('OK');
    expect(await twins[0].do('open-trunc', other)).toBe('OK');
    expect(await askedNow()).toBe(1);
    const shortened = twins[0].do('truncate', other);
    expect(await answerer.reply({verdict: 'deny'})).toMatchObject({op: 'truncate'});
    expect(await shortened).toBe('EACCES');
  });

  it('lasts a hundred years, and no longer', async () => {
    await guard('deny');
    const first = twins[0].do('open', secret);
    const {id} = await answerer.question();
    expect(
      await answerer.answer(id, {verdict: 'allow', lifetime: 'time', ttl: TTL_MAX + 1}),
    ).toMatchObject({errno: 'ERANGE'});
    await answerer.answer(id, {verdict: 'allow', lifetime: 'time', ttl: TTL_MAX});
    expect(await first).toBe('OK');
    expect(await twins[1].do('open', secret)).toBe('OK');
    expect(await askedNow()).toBe(1);
  });
});

describe('what a rule remembers', () => {
  const MOST = 512;

  it('is bounded: more is not remembered, but may be answered for once', async () => {
    await answerer.end();
    answerer = await Answerer.start({verdict: 'allow', lifetime: 'forever'});
    await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: 500});
    expect(await twins[0].do('users', MOST + 2, 'open', secret)).toBe(`OK=${MOST} EACCES=2`);
    await answerer.end();
    answerer = await Answerer.start();
    await guard('deny');
    const end = twins[0].do('open', secret);
    await answerer.reply({verdict: 'allow'});
    expect(await end).toBe('OK');
  });
});
