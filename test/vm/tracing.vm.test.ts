// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/tracing/secret   guarded: the owner gets in
const lab = useLab('tracing');
const secret = lab.path('secret');

beforeAll(() => vm.ok(`printf treasure >${secret}`));
afterEach(() => lab.guard.clear());

const WAYS: [way: string, error: string][] = [
  ['trace-attach', 'EPERM'],
  ['trace-seize', 'EPERM'],
  ['memory-read', 'EPERM'],
  ['memory-write', 'EPERM'],
  ['memory-file', 'EACCES'],
];

describe('a process that a rule allows', () => {
  beforeEach(async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
  });

  it.each(WAYS)('is safe from %s', async (way, error) => {
    expect(await lab.intruder.do(way, lab.owner.pid)).toBe(error);
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
  });
});

describe('a process that a rule allows by something else', () => {
  const program = lab.path('program');
  const start = {
    executable: () => Actor.start({program}),
    user: () => Actor.start({through: ['setpriv', '--reuid=4242', '--clear-groups']}),
  };
  const rule = {executable: {exes: [program]}, user: {uids: [4242]}};

  beforeAll(() => vm.ok(['cp', path.join(PROGRAMS, 'try'), program]));

  describe.each(['executable', 'user'] as const)('its %s', (kind) => {
    let member: Actor;
    let other: Actor;

    beforeAll(async () => {
      member = await start[kind]();
      other = await start[kind]();
    });
    beforeEach(() => lab.guard.add(secret, rule[kind]));
    afterAll(() => Promise.all([member.end(), other.end()]));

    it.each(WAYS)('is safe from %s', async (way, error) => {
      expect(await lab.intruder.do(way, member.pid)).toBe(error);
    });

    it.each(WAYS)('can be reached with %s by one that it allows, too', async (way) => {
      expect(await other.do(way, member.pid)).toBe('OK');
    });
  });
});

describe('children that a rule allows', () => {
  it.each(WAYS)('are safe from %s', async (way, error) => {
    const parent = await Actor.start();
    await lab.guard.add(secret, {pids: [parent.pid], children: true});
    expect(await parent.do('fork')).toBe('OK');
    expect(await lab.intruder.do(way, await parent.number())).toBe(error);
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
    await lab.guard.add(secret, {pids: [child]});
    expect(await family.do('trace-me')).toBe('EPERM');
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
