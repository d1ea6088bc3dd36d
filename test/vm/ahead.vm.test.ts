// SPDX-License-Identifier: MIT
// What may be created, but not opened as it is to be.
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';

// /tmp/ahead/new   guarded, not there; the owner gets in
const lab = useLab('ahead');
const intruders = useIntruders(lab);
const file = lab.path('new');

beforeEach(() => lab.owner.do('unlink', file));
afterEach(() => lab.guard.clear());

/** How it would open what it creates. */
const WRITES = ['open-create', 'open-excl', 'creat'];
const READS = ['open-create-read'];
const BOTH = ['openat-create'];
/** Nobody but the call itself can tell. */
const SOMEHOW = ['openat2-create', 'uring-create', 'uring-create-async'];

describe.each(SIZES)('a %s that may create but not open', (program) => {
  const refused = async (route: string, ops: Op[], op: Op, left: string) => {
    const {id} = await lab.guard.add(file, {ops, pids: [lab.owner.pid]});
    await expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, file],
      op,
      rule: id,
      path: file,
      unchanged: false,
    });
    await lab.guard.clear();
    expect(await lab.intruder.do('stat', file)).toBe(left);
  };

  it.each([...WRITES, ...BOTH])('leaves no empty file by %s', (route) =>
    refused(route, ['write'], 'write', 'ENOENT'),
  );

  it.each([...READS, ...BOTH])('leaves no empty file by %s', (route) =>
    refused(route, ['read'], 'read', 'ENOENT'),
  );

  it.each(SOMEHOW)('leaves no empty file by %s, whatever it is opened for', (route) =>
    refused(route, ['read', 'write'], 'write', 'ENOENT'),
  );

  // A kind of the case above that is known only when the file is there.
  it.each(SOMEHOW)('is refused the open alone by %s, if another would do', (route) =>
    refused(route, ['write'], 'write', 'OK'),
  );

  it.each([
    ...WRITES.map((route) => [route, 'read'] as const),
    ...READS.map((route) => [route, 'write'] as const),
    ...SOMEHOW.map((route) => [route, 'read'] as const),
    ['mknod', 'write'] as const,
    ['bind', 'write'] as const,
  ])('creates by %s what is refused to %s', async (route, op) => {
    await lab.guard.add(file, {ops: [op], pids: [lab.owner.pid]});
    expect(await intruders[program].do(route, file)).toBe('OK');
  });
});

it('in a tree, the rule about it decides, and the owner creates', async () => {
  const {id} = await lab.guard.add(lab.directory, {
    tree: true,
    ops: ['write'],
    pids: [lab.owner.pid],
  });
  await expectRefusal({
    actor: lab.intruder,
    watcher: intruders.watcher,
    words: ['open-create', file],
    op: 'write',
    rule: id,
    path: file,
    unchanged: () => lab.owner.do('stat', file),
  });
  expect(await lab.owner.do('open-create', file)).toBe('OK');
});
