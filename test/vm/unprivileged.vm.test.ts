// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Answerer, type Question, questionsOf} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import type {Rule} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/unprivileged/
//   secret   guarded
//   asked    asked about: the intruder waits for an answer all the time
const lab = useLab('unprivileged');
const MANGLE = path.join(PROGRAMS, 'mangle');
const COMMANDS = [
  'GET_STATUS',
  'ADD_RULES',
  'SET_RULES',
  'DEL_RULES',
  'GET_RULES',
  'SUBSCRIBE',
  'SUBSCRIBE_ANSWER',
  'EXPLAIN',
  'ANSWER',
  'GET_QUESTIONS',
  'GET_ANSWERS',
  'FORGET',
  'LOCK',
];
const NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups';

/** Milliseconds; no test waits for it to pass. */
const LONG = 3_600_000;

let answerer: Answerer;
let question: Question;
let opened: Promise<string>;
/** What they all begin with: the family, and the question. */
let target: string;
let before: Rule[];

beforeAll(async () => {
  await vm.ok(`cd ${lab.directory} && printf treasure >secret && printf riddle >asked`);
  await lab.guard.add(lab.path('secret'));
  await lab.guard.add(lab.path('asked'), {otherwise: 'ask', deadline: LONG});
  answerer = await Answerer.start();
  opened = lab.intruder.do('open', lab.path('asked'));
  question = await answerer.question();
  target = `${(await vm.ok(`${MANGLE} family`)).trim()} ${question.id}`;
  before = await lab.guard.list();
});

afterAll(() => answerer.end());

async function expectNothingDone(): Promise<void> {
  expect(await lab.guard.list()).toEqual(before);
  expect(await lab.guard.status()).toMatchObject({
    rules: 2,
    subscribers: 0,
    answerers: 1,
    waiting: 1,
    locked: 0,
  });
  expect((await questionsOf(lab.guard)).map(({id}) => id)).toEqual([question.id]);
}

const all = (errno: string): string => COMMANDS.map((command) => `${command} ${errno}\n`).join('');

const WHO: [string, string, string][] = [
  ['an unprivileged user', NOBODY, 'EPERM'],
  [
    'root without CAP_SYS_ADMIN',
    'setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin',
    'EPERM',
  ],
  ['root of a user namespace', 'unshare -Ur', 'EPERM'],
  ['root of a user namespace made by a user', `${NOBODY} unshare -Ur`, 'EPERM'],
  ['root of a user and network namespace', 'unshare -Urn', 'ENOENT'],
  ['real root in another network namespace', 'unshare -n', 'ENOENT'],
];

describe.each(WHO)('%s', (_, as, errno) => {
  it('can neither send a command, nor subscribe, nor answer', async () => {
    expect(await vm.ok(`${as} ${MANGLE} each ${target}`)).toBe(all(errno));
    await expectNothingDone();
  });
});

describe('a socket that changes hands', () => {
  // Reading is not refused: whom root gives a socket with a subscription, root has told.
  const WAYS = [
    ['on', 'sendto'],
    ['written', 'write'],
  ] as const;

  it.each(WAYS)('of root cannot be used by a user to send (%s: %s)', async (way) => {
    const script = `${MANGLE} open ${NOBODY} ${MANGLE} ${way} 9 ${target}`;
    expect(await vm.ok(script)).toBe(all('EPERM'));
    await expectNothingDone();
  });

  it.each(WAYS)('of a user cannot be used by root to send (%s: %s)', async (way) => {
    // A set-uid program that writes to a descriptor it was started with.
    const root = lab.path('set-uid');
    await vm.ok(`cp ${MANGLE} ${root} && chmod 4755 ${root}`);
    const script = `${NOBODY} ${MANGLE} open ${root} ${way} 9 ${target}`;
    expect(await vm.ok(script)).toBe(all('EPERM'));
    await expectNothingDone();
  });
});

describe('the question that they tried to answer', () => {
  it('is listed and answered by the same messages of somebody who may', async () => {
    for (const command of ['EXPLAIN', 'GET_QUESTIONS', 'ANSWER'])
      expect(await vm.ok(`${MANGLE} one ${target} ${command}`)).toBe(`${command} OK\n`);
    expect(await opened).toBe('OK');
    expect(await answerer.closed(question.id)).toMatchObject({
      reason: 'answered',
      verdict: 'allow',
    });
  });
});
