// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Guard, maskOf, type Rule, type RuleRequest, type Status} from '../helper/guard.js';
import {useLab} from '../helper/lab.js';
import {useShortLinger} from '../helper/linger.js';
import {attempt, isFailure, beginFaults, endFaults, untilWhole} from './faults.js';

// /tmp/faults/secret   guarded: the owner gets in
const lab = useLab('faults');
const secret = lab.path('secret');
const prefix = lab.path('many');
let worker: Guard;

afterAll(endFaults);

beforeAll(async () => {
  await beginFaults();
  expect(await lab.owner.do('write', secret, 'treasure')).toBe('OK');
  worker = new Guard();
});

afterAll(() => worker.end());

type Rules = Partial<Rule>[];

const without = (rules: Rules, ...keys: (keyof Rule)[]): Rules =>
  rules.map((rule) =>
    Object.fromEntries(Object.entries(rule).filter(([key]) => !keys.includes(key as keyof Rule))),
  );

const withoutIds = (rules: Rules): Rules => without(rules, 'id');

/** Without what changes by itself. */
const rulesNow = async (): Promise<Rules> =>
  without(await lab.guard.list(), 'allowed', 'denied', 'ttl');

interface Row {
  title: string;
  command: string;
  words?: Record<string, string | number | readonly string[]> | undefined;
  /** Rules beside that about the secret. */
  crowd?: number;
}

const everyKind = (): Row['words'] => ({
  path: lab.path('full'),
  name: 'full',
  flags: 4 | 8 | 16 | 32,
  ttl: 3_600_000,
  pids: `${lab.owner.pid},${lab.intruder.pid}`,
  uids: '0,1',
  gids: '0',
  loginuids: '7',
  exe: ['/bin/sh', '/bin/cat'],
  cgroup: ['/sys/fs/cgroup'],
});

const CHANGES: readonly Row[] = [
  {title: 'a rule more', command: 'add', words: {path: lab.path('other')}},
  {title: 'a rule that names subjects of every kind', command: 'add'},
  {
    title: 'a rule that asks',
    command: 'add',
    words: {path: lab.path('other'), else: 2, default: 1, deadline: 1000},
  },
  {title: 'a rule about a suffix', command: 'add', words: {path: lab.directory, suffix: '.docx'}},
  {
    title: 'a rule in place of another',
    command: 'add',
    words: {path: secret, ops: maskOf(['read', 'delete']), name: 'new'},
  },
  {title: 'several rules', command: 'add-many', words: {prefix, count: 3}},
  {
    title: 'rules for which the tables grow',
    command: 'add-many',
    words: {prefix: lab.path('more'), count: 2},
    crowd: 63,
  },
  {title: 'a set', command: 'set-many', words: {prefix, count: 2, also: secret}},
  {title: 'an empty set', command: 'clear'},
  {title: 'the end of a rule', command: 'del', words: {path: secret}},
  {
    title: 'the end of rules whose tables shrink',
    command: 'del-many',
    words: {prefix, count: 60},
    crowd: 70,
  },
];

async function begin(row: Row): Promise<Rules> {
  await lab.guard.clear();
  await lab.guard.add(secret, {pids: [lab.owner.pid], name: 'first'});
  if (row.crowd) await lab.guard.do('add-many', {prefix, count: row.crowd});
  return rulesNow();
}

/** One attempt, and what must be true after it. */
async function tryChange(row: Row, nth: number, after: Rules): Promise<boolean> {
  const before = await begin(row);
  const {answer, injected} = await attempt(worker, nth, row.command, row.words);
  const now = await rulesNow();
  const where = `allocation ${nth}: ${JSON.stringify(answer)}`;
  if (!isFailure(answer)) expect(withoutIds(now), where).toEqual(after);
  else if (answer.errno === 'ENOBUFS')
    // no room for the acknowledgement: the command itself may have been done
    expect([withoutIds(before), after], where).toContainEqual(withoutIds(now));
  else {
    expect(answer.errno, where).toBe('ENOMEM');
    expect(now, where).toEqual(before);
  }
  if (now.some(({path}) => path === secret))
    expect(await lab.intruder.do('open', secret), where).toBe('EACCES');
  expect(injected || !isFailure(answer), where).toBe(true);
  return injected;
}

describe('a command for which memory is short', () => {
  it.each(CHANGES)('makes $title, or no change', async (given) => {
    const row = {...given, words: given.words ?? (given.command === 'add' ? everyKind() : {})};
    await begin(row);
    await lab.guard.do(row.command, row.words);
    const after = withoutIds(await rulesNow());
    expect(await untilWhole((nth) => tryChange(row, nth, after))).toBeGreaterThan(5);
  });

  it.each<Row>([
    {title: 'list', command: 'list'},
    {title: 'status', command: 'status'},
    {title: 'explain', command: 'explain', words: {path: secret, op: 0, pid: 1}},
    {title: 'explain a name', command: 'explain', words: {path: lab.path('none'), op: 3}},
  ])('tells the truth, or nothing: $title', async (row) => {
    await begin({...row, crowd: 3});
    const truth = await lab.guard.do(row.command, row.words);
    const faults = await untilWhole(async (nth) => {
      const {answer, injected} = await attempt(worker, nth, row.command, row.words);
      if (isFailure(answer)) {
        expect(['ENOMEM', 'ENOBUFS']).toContain(answer.errno);
        // a list that broke off stays begun, and the kernel begins no other on its socket
        await worker.end();
        worker = new Guard();
      } else expect(answer, `allocation ${nth}`).toEqual(truth);
      return injected;
    });
    expect(faults).toBeGreaterThan(2);
  });
});

describe('a subscription for which memory is short', () => {
  const presentIn = ({subscribers, answerers}: Status) => subscribers + answerers;

  beforeEach(() => lab.guard.clear());

  it.each([
    {title: 'of rules', words: {}},
    {title: 'of all', words: {all: 1, ops: 1}},
    {title: 'of questions', words: {answer: 1}},
    {
      title: 'of some',
      words: {ops: 1, path: [secret], suffix: ['.docx'], exe: ['/bin/sh'], pids: '1'},
    },
  ])('is there or not: $title', async ({words}) => {
    const faults = await untilWhole(async (nth) => {
      const subscriber = new Guard();
      const {answer, injected} = await attempt(subscriber, nth, 'subscribe', words);
      const present = presentIn(await lab.guard.status());
      if (!isFailure(answer)) expect(present).toBe(1);
      else if (answer.errno !== 'ENOBUFS') {
        // ENFILE: no socket
        expect(['ENOMEM', 'ENFILE']).toContain(answer.errno);
        expect(present).toBe(0);
      }
      await subscriber.end();
      await lab.guard.until((status) => presentIn(status) === 0);
      return injected;
    });
    expect(faults).toBeGreaterThan(20);
  });
});

describe('the first rule', () => {
  useShortLinger(lab);

  it.each<[string, RuleRequest]>([
    ['on reading', {ops: ['read']}],
    ['on deleting', {ops: ['delete']}],
  ])('%s guards, or is not there, whatever of its hooks had no memory', async (_name, rule) => {
    const ops = maskOf(rule.ops ?? []);
    const words = rule.ops?.includes('read') ? ['open', secret] : ['rmdir', lab.path('folder')];
    const faults = await untilWhole(async (nth) => {
      await lab.guard.clear();
      await lab.guard.until(({hooks}) => !Object.values(hooks).includes('active'));
      const path = words[1] ?? '';
      if (words[0] === 'rmdir') await lab.owner.do('mkdir', path);
      const {answer, injected} = await attempt(worker, nth, 'add', {path, ops});
      const {rules} = await lab.guard.status();
      const where = `allocation ${nth}: ${JSON.stringify(answer)}`;
      if (!isFailure(answer) || answer.errno !== 'ENOBUFS')
        expect(rules, where).toBe(isFailure(answer) ? 0 : 1);
      expect(await lab.intruder.do(...words), where).toBe(rules ? 'EACCES' : 'OK');
      return injected;
    });
    expect(faults).toBeGreaterThan(20);
  });
});
