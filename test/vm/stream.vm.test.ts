// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {type Access, type Filter, filterWords, Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/stream/
//   secret            guarded; the owner gets in
//   free              not guarded
//   tree/deep/x.docx  not guarded
const lab = useLab('stream');
const [secret, free, tree, docx] = ['secret', 'free', 'tree', 'tree/deep/x.docx'].map((name) =>
  lab.path(name),
) as [string, string, string, string];
const TRY32 = path.join(PROGRAMS, 'try32');

let rule: number;
let nobody: Actor;
let small: Actor;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir -p tree/deep && touch secret free tree/deep/x.docx && chmod 777 . tree secret`,
  );
  nobody = await Actor.start({
    through: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  });
  small = await Actor.start({program: 'try32'});
});

beforeEach(async () => {
  rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
  await lab.guard.until(({subscribers}) => subscribers === 0);
});

afterAll(() => Promise.all([nobody.end(), small.end()]));

/** Accesses by name: who, how, to what. */
const SERIES = {
  'intruder reads secret': () => lab.intruder.do('open', secret),
  'intruder writes secret': () => lab.intruder.do('open-write', secret),
  'owner reads secret': () => lab.owner.do('open', secret),
  'intruder deletes secret': () => lab.intruder.do('unlink', secret),
  'intruder reads free': () => lab.intruder.do('open', free),
  'intruder writes x.docx': () => lab.intruder.do('open-write', docx),
  'intruder renames free': () => lab.intruder.do('rename', free, `${tree}/y`),
  'intruder renames y': () => lab.intruder.do('rename', `${tree}/y`, free),
  'nobody reads secret': () => nobody.do('open', secret),
  'small reads secret': () => small.do('open', secret),
  'intruder lists tree': () => lab.intruder.do('open-dir', tree),
  'intruder attrs tree': () => lab.intruder.do('touch', tree),
};
type Name = keyof typeof SERIES;

const GUARDED: Name[] = [
  'intruder reads secret',
  'intruder writes secret',
  'owner reads secret',
  'intruder deletes secret',
  'nobody reads secret',
  'small reads secret',
];
const DENIED = GUARDED.filter((name) => !name.startsWith('owner'));

const FILTERS: [string, () => Filter, Name[]][] = [
  ['nothing said', () => ({}), GUARDED],
  ['verdict deny', () => ({verdict: 'deny'}), DENIED],
  ['verdict allow', () => ({verdict: 'allow'}), ['owner reads secret']],
  ['op write', () => ({ops: ['write']}), ['intruder writes secret']],
  [
    'ops write and delete',
    () => ({ops: ['write', 'delete']}),
    ['intruder writes secret', 'intruder deletes secret'],
  ],
  ['a pid', () => ({pids: [lab.owner.pid]}), ['owner reads secret']],
  [
    'two pids',
    () => ({pids: [lab.owner.pid, small.pid]}),
    ['owner reads secret', 'small reads secret'],
  ],
  ['a uid', () => ({uids: [65534]}), ['nobody reads secret']],
  ['an executable', () => ({exes: [TRY32]}), ['small reads secret']],
  ['two kinds', () => ({exes: [TRY32], verdict: 'allow'}), []],
  ['a guarded path', () => ({paths: [secret]}), GUARDED],
  [
    'a path that is not guarded',
    () => ({paths: [free]}),
    ['intruder reads free', 'intruder renames free', 'intruder renames y'],
  ],
  [
    'a tree',
    () => ({trees: [tree]}),
    [
      'intruder writes x.docx',
      'intruder renames free',
      'intruder renames y',
      'intruder lists tree',
      'intruder attrs tree',
    ],
  ],
  ['a suffix', () => ({suffixes: ['.docx']}), ['intruder writes x.docx']],
  [
    'a suffix or a path',
    () => ({suffixes: ['.docx'], paths: [free]}),
    [
      'intruder reads free',
      'intruder writes x.docx',
      'intruder renames free',
      'intruder renames y',
    ],
  ],
  [
    'a tree and an operation',
    () => ({trees: [tree], ops: ['rename']}),
    ['intruder renames free', 'intruder renames y'],
  ],
  [
    'all of a pid',
    () => ({all: true, pids: [lab.intruder.pid]}),
    (Object.keys(SERIES) as Name[]).filter((name) => name.startsWith('intruder')),
  ],
  [
    'all reading of a pid',
    () => ({all: true, pids: [lab.intruder.pid], ops: ['read']}),
    ['intruder reads secret', 'intruder reads free'],
  ],
];

function nameOf(record: Access): string {
  const who = new Map([
    [lab.owner.pid, 'owner'],
    [lab.intruder.pid, 'intruder'],
    [nobody.pid, 'nobody'],
    [small.pid, 'small'],
  ]).get(record.pid);
  return `${who ?? record.pid} ${record.op}s ${path.basename(record.path)}`;
}

describe('a filter of', () => {
  it.each(FILTERS)('%s lets through what it says', async (_, filter, expected) => {
    const before = await lab.guard.status();
    const watcher = await Watcher.start(filter());
    for (const access of Object.values(SERIES)) await access();
    const after = await lab.guard.status();
    expect(after.events - before.events).toBe(expected.length);
    const records: Access[] = [];
    while (records.length < expected.length) records.push(await watcher.next());
    expect(records.map(nameOf)).toEqual(expected);
    expect(records.map(({seq}) => seq)).toEqual(records.map((_record, index) => index + 1));
    await watcher.end();
  });
});

describe('an event', () => {
  it('says who did what to what, when, and why it came out so', async () => {
    const watcher = await Watcher.start();
    const begun = Number(await vm.ok('date +%s%N'));
    await nobody.do('open-trunc', secret);
    const event = await watcher.next();
    expect(event).toMatchObject({
      seq: 1,
      rule,
      pid: nobody.pid,
      tid: nobody.pid,
      uid: 65534,
      loginuid: 4294967295,
      op: 'write',
      verdict: 'deny',
      reason: 'rule',
      cut: 0,
      path: secret,
      newPath: '',
      exe: path.join(PROGRAMS, 'try'),
      comm: 'try',
    });
    expect(event.flags & 0o1001).toBe(0o1001);
    expect(event.time).toBeGreaterThanOrEqual(begun - 1e6);
    expect(event.time).toBeLessThan(begun + 60e9);
    await watcher.end();
  });

  it('of a thread names the thread and its process', async () => {
    const watcher = await Watcher.start();
    await lab.intruder.do('thread', 'open', secret);
    const {pid, tid} = await watcher.next();
    expect(pid).toBe(lab.intruder.pid);
    expect(tid).not.toBe(pid);
    await watcher.end();
  });

  it('of io_uring names the process whose ring it is', async () => {
    const watcher = await Watcher.start();
    await lab.intruder.do('uring-open-async', secret);
    expect(await watcher.next()).toMatchObject({pid: lab.intruder.pid, op: 'write', path: secret});
    await watcher.end();
  });

  it('names the login user of a session', async () => {
    const watcher = await Watcher.start();
    await vm.run(`echo 1234 >/proc/self/loginuid; cat ${secret}`);
    expect(await watcher.next()).toMatchObject({loginuid: 1234, uid: 0, comm: 'cat'});
    await watcher.end();
  });

  it('carries names with newlines, escapes and bytes that are no text', async () => {
    const watcher = await Watcher.start({trees: [lab.directory]});
    await vm.ok(`cd ${lab.directory} && : >$'new\\nline' && rm $'new\\nline'`);
    expect(await watcher.next()).toMatchObject({op: 'create', path: lab.path('new\nline')});
    expect(await watcher.next()).toMatchObject({op: 'write', path: lab.path('new\nline')});
    expect(await watcher.next()).toMatchObject({op: 'delete', path: lab.path('new\nline')});
    await vm.ok(`cd ${lab.directory} && mkdir $'\\e[31m"\\\\'; rmdir $'\\e[31m"\\\\'`);
    expect(await watcher.next()).toMatchObject({op: 'create', path: lab.path('\u001b[31m"\\')});
    expect(await watcher.next()).toMatchObject({op: 'delete', path: lab.path('\u001b[31m"\\')});
    await watcher.end();
  });

  it('of a path too long for a string has the name alone, and the verdict stands', async () => {
    const deep = `name=$(printf %0250d 0); cd ${lab.directory}; for i in $(seq 20); do mkdir -p $name; cd $name; done`;
    await vm.ok(`mkdir ${lab.path('short')} && touch ${lab.path('short/buried')}`);
    const mover = (await vm.ok('readlink -f $(command -v mv)')).trim();
    await lab.guard.add(lab.path('short/buried'), {ops: ['read'], exes: [mover]});
    await vm.ok(`${deep}; mv ${lab.path('short')} .`);
    const watcher = await Watcher.start();
    const result = await vm.run(`${deep}; cat short/buried`);
    expect(result).toMatchObject({code: 1, stderr: expect.stringContaining('denied')});
    expect(await watcher.next()).toMatchObject({
      op: 'read',
      verdict: 'deny',
      path: 'buried',
      cut: 1,
    });
    await watcher.end();
    await lab.guard.clear();
  });
});

describe('a subscription', () => {
  it('takes another filter and counts on', async () => {
    const watcher = new Lines(
      vm.spawn([path.join(PROGRAMS, 'guard'), 'watch', `switch=${free}`, `path=${secret}`]),
    );
    const next = async (): Promise<unknown> => JSON.parse(await watcher.next());
    expect(await next()).toEqual({subscribed: true});
    await lab.intruder.do('open', secret);
    expect(await next()).toMatchObject({seq: 1, path: secret});
    expect(await next()).toEqual({subscribed: true});
    await lab.intruder.do('open', secret);
    await lab.intruder.do('open', free);
    expect(await next()).toMatchObject({seq: 2, path: free, reason: 'none'});
    expect(await lab.guard.status()).toMatchObject({subscribers: 1});
    watcher.process.kill('SIGKILL');
    await watcher.process.exit;
  });

  it('counts for itself, whatever others receive', async () => {
    const [one, two] = [await Watcher.start(), await Watcher.start({ops: ['write']})];
    await lab.intruder.do('open', secret);
    await lab.intruder.do('open-write', secret);
    expect([(await one.next()).seq, (await one.next()).seq]).toEqual([1, 2]);
    expect(await two.next()).toMatchObject({seq: 1, op: 'write'});
    await Promise.all([one.end(), two.end()]);
  });
});

const FLOOD = 30_000;

async function startTally(expect_: number): Promise<Lines> {
  const command = [path.join(PROGRAMS, 'guard'), 'tally', `expect=${expect_}`];
  const tally = new Lines(vm.spawn([...command, ...filterWords({pids: [lab.intruder.pid]})]));
  expect(await tally.next()).toContain('subscribed');
  return tally;
}

describe('a reader', () => {
  it('that keeps reading receives every access of a flood, in order', async () => {
    const tally = await startTally(500);
    expect(await lab.intruder.do('repeat', 500, 'open', secret)).toBe('EACCES=500');
    expect(JSON.parse(await tally.next())).toEqual({
      received: 500,
      lost: 0,
      gaps: 0,
      holes: 0,
      disorder: 0,
    });
  });

  it('that is stopped delays nobody, and finds in a gap how many it missed', async () => {
    const before = await lab.guard.status();
    const tally = await startTally(FLOOD);
    tally.process.kill('SIGSTOP');
    expect(await lab.intruder.do('repeat', FLOOD, 'open', secret)).toBe(`EACCES=${FLOOD}`);
    expect((await lab.guard.status()).lost).toBeGreaterThan(before.lost);
    tally.process.kill('SIGCONT');
    const result = JSON.parse(await tally.next()) as Record<string, number>;
    expect(result).toMatchObject({holes: 0, disorder: 0});
    expect(result.lost).toBeGreaterThan(0);
    expect(result.gaps).toBeGreaterThan(0);
    expect((result.received ?? 0) + (result.lost ?? 0)).toBe(FLOOD);
    const after = await lab.guard.status();
    expect([after.events - before.events, after.lost - before.lost]).toEqual([
      result.received,
      result.lost,
    ]);
  });

  it('that is killed while its queue is full leaves nothing behind', async () => {
    const tally = await startTally(FLOOD);
    tally.process.kill('SIGSTOP');
    expect(await lab.intruder.do('repeat', FLOOD / 2, 'open', secret)).toBe(`EACCES=${FLOOD / 2}`);
    expect(await vm.ok('cat /proc/[0-9]*/comm')).toMatch(/^fguard\//m);
    tally.process.kill('SIGKILL');
    await tally.process.exit;
    await lab.guard.until(({subscribers}) => subscribers === 0);
    expect(await vm.ok('cat /proc/[0-9]*/comm')).not.toMatch(/^fguard\//m);
  });
});

/** The threads that deliver: their numbers, and the ports they are named after. */
async function delivering(): Promise<{pid: number; port: string}[]> {
  const found = await vm.ok('grep -H "^fguard/" /proc/[0-9]*/comm || :');
  return [...found.matchAll(/^\/proc\/(\d+)\/comm:fguard\/(\d+)$/gm)].map((match) => ({
    pid: Number(match[1]),
    port: match[2] ?? '',
  }));
}

const SIGNALS = ['KILL', 'TERM', 'STOP', 'INT'];

describe('a stream whose kernel thread is sent signals', () => {
  const strike = async (): Promise<void> => {
    const [thread, ...others] = await delivering();
    expect([thread, others]).toEqual([expect.anything(), []]);
    for (const signal of SIGNALS) await vm.ok(`kill -${signal} ${thread?.pid}`);
  };

  it('goes on', async () => {
    const watcher = await Watcher.start();
    await strike();
    await lab.intruder.do('open', secret);
    expect(await watcher.next()).toMatchObject({seq: 1, path: secret});
    await strike();
    await lab.intruder.do('open-write', secret);
    expect(await watcher.next()).toMatchObject({seq: 2, path: secret});
    await watcher.end();
  });

  it('goes on where its reader has left no room', async () => {
    const tally = await startTally(FLOOD);
    tally.process.kill('SIGSTOP');
    expect(await lab.intruder.do('repeat', FLOOD, 'open', secret)).toBe(`EACCES=${FLOOD}`);
    await strike();
    tally.process.kill('SIGCONT');
    const {received, lost} = JSON.parse(await tally.next()) as Record<string, number>;
    expect((received ?? 0) + (lost ?? 0)).toBe(FLOOD);
  });
});

describe('the ports of slow readers that are killed', () => {
  it('give a stranger nothing of what was for them', async () => {
    const tallies: Lines[] = [];
    while (tallies.length < 4) tallies.push(await startTally(FLOOD));
    for (const {process} of tallies) process.kill('SIGSTOP');
    await lab.intruder.do('repeat', FLOOD, 'open', secret);
    const ports = (await delivering()).map(({port}) => port);
    expect(await nobody.do('port-take', ...ports)).toBe('trying');
    // at once: the kernel takes its time for each
    await vm.ok(['pkill', '-KILL', '-f', 'guard tally']);
    await lab.guard.until(({subscribers}) => subscribers === 0);
    nobody.say('stat', '/');
    expect(await nobody.answer()).toBe('taken=4 bytes=0');
    expect(await nobody.answer()).toBe('OK');
  });
});
