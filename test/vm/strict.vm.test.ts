// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/strict/{secret,folder/file}   each opened by all before there is a rule
const lab = useLab('strict');
const [secret, folder] = [lab.path('secret'), lab.path('folder')];
const socket = lab.path('socket');
let watcher: Watcher;
let lister: Actor;
let third: Actor;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && mkdir folder && touch folder/file`,
  );
  lister = await Actor.start();
  third = await Actor.start();
  for (const actor of [lab.owner, lab.intruder, third])
    expect(await actor.do('hold', secret)).toBe('OK');
  expect(await lister.do('hold-dir', folder)).toBe('OK');
  watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid, lister.pid]});
});

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await watcher.end();
  await Promise.all([lister.end(), third.end()]);
});

const ROWS: [route: string, op: Op][] = [
  ['fd-read', 'read'],
  ['fd-pread', 'read'],
  ['fd-readv', 'read'],
  ['fd-mmap', 'read'],
  ['fd-sendfile', 'read'],
  ['fd-splice', 'read'],
  ['fd-write', 'write'],
  ['fd-pwrite', 'write'],
  ['fd-writev', 'write'],
  ['fd-mmap-shared', 'write'],
  ['fd-splice-into', 'write'],
  ['fd-fallocate', 'write'],
];

describe('a descriptor from before a strict rule', () => {
  let rule: number;

  beforeEach(async () => {
    rule = (await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]})).id;
  });

  it.each(ROWS)('is refused %s', async (route, op) => {
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: [route, secret],
      op,
      rule,
      path: secret,
      unchanged: () => lab.owner.show(secret),
    });
  });

  it('lists no guarded directory', async () => {
    const strict = await lab.guard.add(folder, {strict: true});
    await expectRefusal({
      actor: lister,
      watcher,
      words: ['fd-getdents', folder],
      op: 'list',
      rule: strict.id,
      path: folder,
      unchanged: () => vm.ok(`stat -c %y ${folder}`),
    });
  });

  it('is judged by the operations of the rule', async () => {
    await lab.guard.add(secret, {strict: true, ops: ['write']});
    expect(await lab.intruder.do('fd-pread', secret)).toBe('OK');
    expect(await lab.intruder.do('fd-mmap', secret)).toBe('OK');
    expect(await lab.intruder.do('fd-pwrite', secret)).toBe('EACCES');
    await watcher.next();
  });

  it('works for the allowed process', async () => {
    for (const [route] of ROWS.filter(
      ([name]) => !/^fd-(write|pwrite|writev|splice-into)$/.test(name),
    ))
      expect([route, await lab.owner.do(route, secret)]).toEqual([route, 'OK']);
  });

  it('is refused in a file below a guarded tree', async () => {
    await lab.guard.clear();
    await lab.guard.add(lab.directory, {tree: true, strict: true, pids: [lab.owner.pid]});
    expect(await lab.intruder.do('fd-pread', secret)).toBe('EACCES');
    expect(await lab.intruder.do('fd-pwrite', secret)).toBe('EACCES');
    expect(await lab.owner.do('fd-pread', secret)).toBe('OK');
    for (let i = 0; i < 2; i++) await watcher.next();
  });
});

describe('a descriptor from before a rule that is not strict', () => {
  it('works as before', async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
    await lab.guard.add(folder);
    for (const [route] of ROWS)
      expect([route, await lab.intruder.do(route, secret)]).toEqual([route, 'OK']);
    expect(await lister.do('fd-getdents', folder)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await watcher.next();
  });
});

describe('a descriptor of a file below a strict tree that has a rule of its own', () => {
  it('works for whom that rule lets in, and for nobody else', async () => {
    await lab.guard.add(lab.directory, {tree: true, strict: true, pids: [lab.owner.pid]});
    const {id} = await lab.guard.add(secret, {pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await lab.intruder.do('fd-pread', secret)).toBe('OK');
    expect(await lab.owner.do('fd-pread', secret)).toBe('OK');
    await lab.guard.do('del', {id});
    expect(await lab.intruder.do('fd-pread', secret)).toBe('EACCES');
    await watcher.next();
    await lab.guard.add(secret);
    expect(await lab.intruder.do('fd-pread', secret)).toBe('EACCES');
    await watcher.next();
  });
});

describe('a descriptor that another process has', () => {
  beforeAll(async () => {
    expect(await lab.intruder.do('listen', socket)).toBe('OK');
    expect(await lab.owner.do('listen', `${socket}-owner`)).toBe('OK');
  });

  it('cannot be received over a socket under a strict rule', async () => {
    const {id} = await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
    expect(await lab.owner.do('send', socket)).toBe('OK');
    expect(await lab.intruder.do('receive')).toBe('LOST');
    expect(await watcher.next()).toMatchObject({rule: id, path: secret, verdict: 'deny'});
  });

  it('can be received by the allowed process', async () => {
    await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
    expect(await third.do('send', `${socket}-owner`)).toBe('OK');
    expect(await lab.owner.do('receive')).toBe('OK');
    expect(await lab.owner.do('fd-pread', secret)).toBe('OK');
  });

  it('can be received where the rule is not strict, or is about another file', async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
    await lab.guard.add(folder, {strict: true});
    expect(await lab.owner.do('send', socket)).toBe('OK');
    expect(await lab.intruder.do('receive')).toBe('OK');
    expect(await lab.intruder.do('fd-pread', secret)).toBe('OK');
  });

  it('cannot be taken from it by pidfd_getfd under a strict rule', async () => {
    const fd = await third.do('held');
    const {id} = await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
    expect(await lab.intruder.do('take', third.pid, fd)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({rule: id, path: secret, verdict: 'deny'});
    expect(await lab.owner.do('take', third.pid, fd)).toBe('OK');
    expect(await lab.owner.do('fd-pread', secret)).toBe('OK');
    await lab.guard.clear();
    expect(await lab.intruder.do('take', third.pid, fd)).toBe('OK');
  });

  it('cannot be taken from an allowed process, strict or not', async () => {
    const fd = await lab.owner.do('held');
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
    expect(await lab.intruder.do('take', lab.owner.pid, fd)).toBe('EPERM');
  });

  it('that is inherited is refused to the child under a strict rule', async () => {
    await lab.guard.add(secret, {strict: true, pids: [third.pid]});
    expect(await third.do('fd-pread', secret)).toBe('OK');
    expect(await third.do('child', 'fd-pread', secret)).toBe('EACCES');
  });
});
