// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/explain/
//   secret hard           guarded by path; the owner gets in
//   free                  no rule
//   seen                  a rule that only logs
//   writable              a rule about writing alone
//   vault/                a tree; the owner gets in
//     letter.docx         and a suffix that allows nobody
//     open/file           a deeper tree, in which the intruder gets in
//   letter.docx           the suffix alone
const lab = useLab('explain');
type Name = 'secret' | 'seen' | 'writable' | 'vault' | 'open' | 'suffix';
const rules = {} as Record<Name, number>;
let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir -p vault/open && touch secret free seen writable letter.docx &&
     touch vault/letter.docx vault/open/file && ln secret hard`,
  );
  const pids = [lab.owner.pid];
  const {guard} = lab;
  rules.secret = (await guard.add(lab.path('secret'), {pids})).id;
  rules.seen = (await guard.add(lab.path('seen'), {otherwise: 'log'})).id;
  rules.writable = (await guard.add(lab.path('writable'), {ops: ['write']})).id;
  rules.vault = (await guard.add(lab.path('vault'), {tree: true, pids})).id;
  rules.open = (await guard.add(lab.path('vault/open'), {tree: true, pids: [lab.intruder.pid]})).id;
  rules.suffix = (await guard.add(undefined, {suffix: '.docx'})).id;
  watcher = await Watcher.start({all: true, trees: [lab.directory]});
});

afterAll(() => watcher.end());

const REASONS = ['none', 'rule', 'grant', 'default'];
const VERDICTS = ['allow', 'deny'];

const CASES: [name: string, op: Op, route: string, who: 'owner' | 'intruder', by?: Name][] = [
  ['secret', 'read', 'open', 'owner', 'secret'],
  ['secret', 'read', 'open', 'intruder', 'secret'],
  ['hard', 'write', 'open-write', 'intruder', 'secret'],
  ['secret', 'attr', 'chmod', 'intruder', 'secret'],
  ['free', 'read', 'open', 'intruder'],
  ['seen', 'write', 'open-write', 'intruder', 'seen'],
  ['writable', 'write', 'open-write', 'owner', 'writable'],
  ['writable', 'read', 'open', 'owner'],
  ['vault', 'list', 'open-dir', 'intruder', 'vault'],
  ['vault', 'list', 'open-dir', 'owner', 'vault'],
  ['vault/letter.docx', 'read', 'open', 'owner', 'vault'],
  ['vault/letter.docx', 'read', 'open', 'intruder', 'vault'],
  ['vault/open/file', 'read', 'open', 'intruder', 'open'],
  ['vault/open/file', 'read', 'open', 'owner', 'open'],
  ['letter.docx', 'read', 'open', 'owner', 'suffix'],
  ['vault/new', 'create', 'open-excl', 'intruder', 'vault'],
  ['new.docx', 'create', 'mkdir', 'owner', 'suffix'],
  ['new', 'create', 'mkdir', 'intruder'],
];

describe('what is explained is what happens', () => {
  it.each(CASES)('%s: %s by %s of the %s', async (name, op, route, who, by) => {
    const file = lab.path(name);
    const actor = lab[who];
    const {verdict, reason, rule} = await lab.guard.explain(file, op, actor.pid);
    const result = await actor.do(route, file);
    const event = await watcher.next();
    expect({verdict: VERDICTS[verdict], reason: REASONS[reason], rule}).toEqual({
      verdict: event.verdict,
      reason: event.reason,
      rule: event.rule,
    });
    expect(rule).toBe(by ? rules[by] : 0);
    expect(result).toBe(event.verdict === 'deny' ? 'EACCES' : 'OK');
    expect({op: event.op, path: event.path}).toEqual({op, path: file});
  });
});

describe('an explanation', () => {
  it('names every rule that is about the object, and how', async () => {
    const {matches, count} = await lab.guard.explain(
      lab.path('vault/open/new.docx'),
      'read',
      lab.intruder.pid,
    );
    expect(count).toBe(3);
    const match = (rule: Name, kind: string, distance: number, allowed: number) => ({
      rule: rules[rule],
      kind,
      distance,
      concerned: 1,
      allowed,
    });
    expect(matches.sort((a, b) => a.rule - b.rule)).toEqual([
      match('vault', 'tree', 2, 0),
      match('open', 'tree', 1, 1),
      match('suffix', 'suffix', 0, 0),
    ]);
  });

  it('names a rule that is not about the operation as such', async () => {
    expect(await lab.guard.explain(lab.path('writable'), 'read')).toMatchObject({
      verdict: 0,
      reason: 0,
      rule: 0,
      matches: [{rule: rules.writable, kind: 'path', concerned: 0}],
    });
  });

  it('without a process is about one that no rule allows', async () => {
    for (const name of ['secret', 'vault/open/file', 'letter.docx'])
      expect(await lab.guard.explain(lab.path(name), 'read')).toMatchObject({
        verdict: 1,
        reason: 1,
      });
    expect(await lab.guard.explain(lab.path('free'), 'read')).toMatchObject({verdict: 0, count: 0});
  });

  it('knows the executable, the user and the children of the process', async () => {
    const program = lab.path('program');
    await vm.ok(`cp ${(await vm.ok(`readlink /proc/${lab.owner.pid}/exe`)).trim()} ${program}`);
    const actor = await Actor.start({program});
    await lab.guard.add(lab.path('later'), {exes: [program], uids: [0]});
    const verdict = async (pid: number) =>
      (await lab.guard.explain(lab.path('later'), 'create', pid)).verdict;
    expect(await verdict(actor.pid)).toBe(0);
    expect(await verdict(lab.owner.pid)).toBe(1);
    await actor.end();
  });

  it('counts and reports nothing', async () => {
    const fresh = await Watcher.start({all: true, trees: [lab.directory]});
    const before = await lab.guard.list();
    await lab.guard.explain(lab.path('secret'), 'read', lab.owner.pid);
    await lab.guard.explain(lab.path('secret'), 'read');
    expect(await lab.guard.list()).toEqual(before);
    expect(await lab.intruder.do('open', lab.path('free'))).toBe('OK');
    expect(await fresh.upTo(lab.path('free'))).toEqual([]);
    await fresh.end();
  });

  it.each([
    ['a relative path', {path: 'explain/free'}, 'EINVAL'],
    ['a path that ends in a slash', {path: '/tmp/explain/'}, 'EINVAL'],
    ['a path that ends in dots', {path: '/tmp/explain/..'}, 'EINVAL'],
    ['a directory that is not there', {path: '/tmp/explain/none/file'}, 'ENOENT'],
    ['a file as a directory', {path: '/tmp/explain/free/file'}, 'ENOTDIR'],
    ['a name that is too long', {path: `/tmp/explain/${'x'.repeat(256)}`}, 'ENAMETOOLONG'],
    ['no process', {path: '/tmp/explain/free', pid: 4_000_000}, 'ESRCH'],
    ['an unknown operation', {path: '/tmp/explain/free', op: 99}, 'ERANGE'],
  ])('of %s is refused with a sentence', async (_, words, errno) => {
    expect(await lab.guard.ask('explain', words)).toEqual({
      errno,
      message: expect.stringMatching(/\w+ \w+/),
    });
  });
});
