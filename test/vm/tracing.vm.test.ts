// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/tracing/secret   guarded: the owner gets in
const lab = useLab('tracing');
const secret = lab.path('secret');
const TRY = path.join(PROGRAMS, 'try');

let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(`printf treasure >${secret}`);
  watcher = await Watcher.start({verdict: 'deny'});
});
afterEach(() => lab.guard.clear());
afterAll(() => watcher.end());

/** The event names who tried, and the program that was to be traced. */
async function expectTold(rule: number, tracer: Actor, program: string): Promise<void> {
  expect(await watcher.next()).toMatchObject({
    op: 'write',
    verdict: 'deny',
    reason: 'rule',
    detail: 'tracing',
    path: program,
    rule,
    pid: tracer.pid,
  });
  expect((await lab.guard.list()).find(({id}) => id === rule)?.denied).toBe(1);
}

const WAYS: [way: string, error: string][] = [
  ['trace-attach', 'EPERM'],
  ['trace-seize', 'EPERM'],
  ['memory-read', 'EPERM'],
  ['memory-write', 'EPERM'],
  ['memory-file', 'EACCES'],
];

describe('a process that a rule allows', () => {
  let rule: number;

  beforeEach(async () => {
    rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
  });

  it.each(WAYS)('is safe from %s', async (way, error) => {
    expect(await lab.intruder.do(way, lab.owner.pid)).toBe(error);
    await expectTold(rule, lab.intruder, TRY);
    expect(await lab.owner.do('open', secret)).toBe('OK');
  });

  it.each(WAYS)('may itself %s others', async (way) => {
    expect(await lab.owner.do(way, lab.intruder.pid)).toBe('OK');
  });

  it.each(WAYS)('has no more protection from %s when the rule is gone', async (way) => {
    await lab.guard.clear();
    expect(await lab.intruder.do(way, lab.owner.pid)).toBe('OK');
  });

  it.each(WAYS)('that is not: %s works', async (way) => {
    const other = await Actor.start();
    expect(await lab.intruder.do(way, other.pid)).toBe('OK');
    await other.end();
  });

  it.each(WAYS)('can be reached with %s by one that all its rules allow', async (way) => {
    await lab.guard.add(secret, {pids: [lab.owner.pid, lab.intruder.pid]});
    expect(await lab.intruder.do(way, lab.owner.pid)).toBe('OK');
    await lab.guard.add(lab.path('other'), {pids: [lab.owner.pid]});
    expect(await lab.intruder.do(way, lab.owner.pid)).not.toBe('OK');
    expect(await watcher.next()).toMatchObject({detail: 'tracing'});
  });
});

describe('a process that a rule allows by something else', () => {
  const program = lab.path('program');
  const start = {
    executable: () => Actor.start({program}),
    user: () => Actor.start({through: ['setpriv', '--reuid=4242', '--clear-groups']}),
  };
  const rule = {executable: {exes: [program]}, user: {uids: [4242]}};

  beforeAll(() => vm.ok(['cp', TRY, program]));

  describe.each(['executable', 'user'] as const)('its %s', (kind) => {
    let member: Actor;
    let other: Actor;
    let id: number;

    beforeAll(async () => {
      member = await start[kind]();
      other = await start[kind]();
    });
    beforeEach(async () => {
      id = (await lab.guard.add(secret, rule[kind])).id;
    });
    afterAll(() => Promise.all([member.end(), other.end()]));

    it.each(WAYS)('is safe from %s', async (way, error) => {
      expect(await lab.intruder.do(way, member.pid)).toBe(error);
      await expectTold(id, lab.intruder, kind === 'executable' ? program : TRY);
    });

    it.each(WAYS)('can be reached with %s by one that it allows, too', async (way) => {
      expect(await other.do(way, member.pid)).toBe('OK');
    });
  });
});

describe('a program that a rule allows', () => {
  const program = lab.path('run');
  let id: number;

  beforeAll(() => vm.ok(['cp', TRY, program]));
  beforeEach(async () => {
    id = (await lab.guard.add(secret, {exes: [program]})).id;
  });

  it('is not run in a process that somebody else traces', async () => {
    expect(await lab.intruder.do('trace-run', program)).toBe('EPERM');
    expect(await watcher.next()).toMatchObject({detail: 'tracing', path: program, rule: id});
    expect(await lab.intruder.do('trace-run', TRY)).toBe('OK');
  });

  it('is run by one that is allowed itself, and traces it', async () => {
    const member = await Actor.start({program});
    expect(await member.do('trace-run', program)).toBe('OK');
    await member.end();
  });
});

describe('a child that has the memory of a process that a rule allows', () => {
  it.each(WAYS)('is safe from %s', async (way, error) => {
    const fifo = lab.path('fifo');
    await vm.ok(['mkfifo', fifo]);
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    lab.owner.say('vfork', 'open', fifo);
    const child = await vm.ok(`until pgrep -P ${lab.owner.pid}; do :; done`);
    expect(await lab.intruder.do(way, child.trim())).toBe(error);
    await expectTold(id, lab.intruder, TRY);
    await vm.ok(`: >${fifo} && rm ${fifo}`);
    expect(await lab.owner.answer()).toBe('OK');
  });
});

describe('a process whose first thread has ended, and that has the memory of an allowed one', () => {
  it.each(WAYS)('is safe from %s', async (way, error) => {
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    const [child = '', thread = ''] = (await lab.owner.do('headless')).split(' ');
    await vm.ok(`until grep -q '^State:.Z' /proc/${child}/status; do :; done`);
    expect(await lab.intruder.do(way, thread)).toBe(error);
    await expectTold(id, lab.intruder, TRY);
    await vm.ok(['kill', '-9', child]);
  });
});

describe('many processes that share their memory', () => {
  /** Neither does the kernel look for all of them with its locks held. */
  it('are traced by nobody whom a rule does not allow', async () => {
    const [few, many] = [await Actor.start(), await Actor.start()];
    const ends = `pkill -9 -P ${few.pid}; pkill -9 -P ${many.pid}`;
    expect(await few.do('share', 20)).toBe('OK');
    expect(await many.do('share', 200)).toBe('OK');
    expect(await lab.intruder.do('memory-read', many.pid)).toBe('OK');
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    expect(await lab.intruder.do('memory-read', few.pid)).toBe('OK');
    expect(await lab.intruder.do('memory-read', many.pid)).toBe('EPERM');
    await expectTold(id, lab.intruder, TRY);
    expect(await lab.owner.do('memory-read', many.pid)).toBe('OK');
    await vm.run(ends);
    await Promise.all([few.end(), many.end()]);
  });
});

describe('children that a rule allows', () => {
  it.each(WAYS)('are safe from %s', async (way, error) => {
    const parent = await Actor.start();
    const {id} = await lab.guard.add(secret, {pids: [parent.pid], children: true});
    expect(await parent.do('fork')).toBe('OK');
    expect(await lab.intruder.do(way, await parent.number())).toBe(error);
    await expectTold(id, lab.intruder, TRY);
    await parent.end();
  });
});

describe('PTRACE_TRACEME', () => {
  let family: Actor;
  let child: number;

  beforeEach(async () => {
    family = await Actor.start();
    expect(await family.do('fork')).toBe('OK');
    child = await family.number();
  });

  afterEach(() => family.end());

  it('is refused to an allowed process whose parent is not', async () => {
    const {id} = await lab.guard.add(secret, {pids: [child]});
    expect(await family.do('trace-me')).toBe('EPERM');
    expect(await watcher.next()).toMatchObject({
      op: 'write',
      detail: 'tracing',
      path: TRY,
      pid: child,
      rule: id,
    });
  });

  it('works where the parent is allowed too', async () => {
    await lab.guard.add(secret, {pids: [child, family.pid]});
    expect(await family.do('trace-me')).toBe('OK');
  });

  it('works for others', async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
    expect(await family.do('trace-me')).toBe('OK');
  });
});

describe('a process that a rule is against', () => {
  it.each(WAYS)('does not %s another, which is not refused the file', async (way, error) => {
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid], against: true});
    expect(await lab.owner.do(way, lab.intruder.pid)).toBe(error);
    await expectTold(id, lab.owner, TRY);
    expect(await lab.intruder.do(way, lab.owner.pid)).toBe('OK');
  });

  it.each(WAYS)('may %s its own, which the rule is against, too', async (way) => {
    const parent = await Actor.start();
    await lab.guard.add(secret, {pids: [parent.pid], children: true, against: true});
    expect(await parent.do('fork')).toBe('OK');
    expect(await parent.do(way, parent.pid)).toBe('OK');
    expect(await parent.do('trace-me')).toBe('OK');
    await parent.end();
  });

  it.each(WAYS)('does not %s what one of several rules is not against', async (way, error) => {
    await lab.guard.add(secret, {pids: [lab.owner.pid, lab.intruder.pid], against: true});
    expect(await lab.owner.do(way, lab.intruder.pid)).toBe('OK');
    const {id} = await lab.guard.add(lab.path('other'), {pids: [lab.owner.pid], against: true});
    expect(await lab.owner.do(way, lab.intruder.pid)).toBe(error);
    await expectTold(id, lab.owner, TRY);
  });

  it.each(WAYS)('may %s others where the rule only logs', async (way) => {
    await lab.guard.add(secret, {pids: [lab.owner.pid], against: true, otherwise: 'log'});
    expect(await lab.owner.do(way, lab.intruder.pid)).toBe('OK');
  });

  it('is not made the tracer of a child that is free', async () => {
    const family = await Actor.start();
    expect(await family.do('fork')).toBe('OK');
    const child = await family.number();
    const {id} = await lab.guard.add(secret, {pids: [family.pid], against: true});
    expect(await family.do('trace-me')).toBe('EPERM');
    expect(await watcher.next()).toMatchObject({detail: 'tracing', pid: child, rule: id});
    await family.end();
  });
});
