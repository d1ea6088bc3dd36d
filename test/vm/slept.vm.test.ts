// SPDX-License-Identifier: MIT
// What ends at a time ends then, though the machine slept meanwhile.
import path from 'node:path';
import {afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {useLab} from './helper/lab.js';
import {bring} from './helper/other-module.js';
import {REPOSITORY} from './runner/prepare.js';
import {vm} from './runner/shared.js';

// /tmp/slept/
//   secret, other   guarded
//   slept.ko        lets time pass as sleep does
const lab = useLab('slept');
const [secret, other, module] = ['secret', 'other', 'slept.ko'].map((name) => lab.path(name)) as [
  string,
  string,
  string,
];
const SECONDS = 1000;
/** A time that passes only if sleep counts. */
const HOUR = 3_600_000;

const sleep = (seconds: number) => vm.ok(`insmod ${module} seconds=${seconds} && rmmod slept`);

beforeAll(async () => {
  await bring(path.join(REPOSITORY, 'test/vm/guest/slept'), 'slept', module);
  await vm.ok(['touch', secret, other]);
});

afterEach(() => lab.guard.clear());

it('a rule ends', async () => {
  await lab.guard.add(secret, {ttl: HOUR});
  await sleep(HOUR / SECONDS);
  await lab.guard.untilEmpty();
  expect(await lab.intruder.do('open', secret)).toBe('OK');
});

it('a rule that is made afterwards ends, though an earlier one should have ended later', async () => {
  await lab.guard.add(secret, {ttl: 2 * HOUR});
  await sleep(HOUR / SECONDS);
  await lab.guard.add(other, {ttl: HOUR + HOUR / 2});
  await sleep(HOUR / SECONDS);
  await lab.guard.until(({rules}) => rules === 1);
  expect(await lab.intruder.do('open', secret)).toBe('OK');
  expect(await lab.intruder.do('open', other)).toBe('EACCES');
  await sleep(HOUR / SECONDS);
  await lab.guard.untilEmpty();
});

let answerer: Answerer;
let asker: Actor;

beforeEach(async () => {
  answerer = await Answerer.start();
  asker = await Actor.start();
});

afterEach(async () => {
  await answerer.end();
  await asker.end();
});

it('a question expires', async () => {
  await lab.guard.add(secret, {otherwise: 'ask', deadline: HOUR});
  const end = asker.do('open', secret);
  const {id} = await answerer.question();
  await sleep(HOUR / SECONDS);
  expect(await answerer.closed(id)).toMatchObject({reason: 'expired'});
  expect(await end).toBe('EACCES');
});

it('an answer for once is not kept for who is held by his tracer', async () => {
  const tracer = await Actor.start();
  await lab.guard.add(secret, {otherwise: 'ask', deadline: HOUR});
  expect(await tracer.do('trace-hold', asker.pid)).toBe('holding');
  const end = asker.do('open', secret);
  await answerer.reply({verdict: 'allow'});
  expect(await tracer.answer()).toBe('OK');
  // each time less than it would be kept for one who is not held
  for (let slept = 0; slept < 70; slept += 7) await sleep(7);
  expect(await tracer.do('trace-let', asker.pid)).toBe('OK');
  await answerer.reply({verdict: 'deny'});
  expect(await end).toBe('EACCES');
  await tracer.end();
});
