// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// What a rule is about does not depend on what was tried, nor on what was there before.
// /tmp/history/
//   rooms/            of root, 755
//     victim          of root; secret: of root, in a tree that is closed
//   theirs/           777
//     notes           guarded, and open to user 1000
const lab = useLab('history');
const rooms = lab.path('rooms');
const theirs = lab.path('theirs');
const victim = `${rooms}/victim`;
const notes = `${theirs}/notes`;
const USER = ['as', 'uid', 1000] as const;

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf rooms theirs && mkdir -p rooms/closed theirs && chmod 777 theirs &&` +
      'printf treasure >rooms/victim && printf secret >rooms/closed/secret && chmod 644 rooms/victim &&' +
      'printf mine >theirs/notes && chmod 666 theirs/notes',
  );
});

afterEach(() => lab.guard.clear());

const reads = (file: string, ...who: (string | number)[]): Promise<string> =>
  lab.intruder.do(...who, 'open', file);

/** Each must fail, and have left what is at `victim` alone. */
const FAILING = [
  ['rename', victim, notes],
  ['renameat', victim, notes],
  ['rename-noreplace', victim, notes],
  ['rename-exchange', victim, notes],
  ['rename-exchange', notes, victim],
  ['uring-rename', victim, notes],
  ['uring-link', victim, `${theirs}/new`],
  ['link', victim, `${theirs}/new`],
] as const;

describe('a call that fails', () => {
  it.each(FAILING)('%s %s %s: guards nothing that was open', async (...call) => {
    await lab.guard.add(notes, {uids: [1000]});
    await lab.guard.add(`${theirs}/new`, {uids: [1000]});
    await vm.ok('echo 1 >/proc/sys/fs/protected_hardlinks');
    expect(await lab.intruder.do(...USER, ...call)).toMatch(/^E(ACCES|PERM|EXIST)$/);
    expect(await reads(victim)).toBe('OK');
    expect(await reads(victim, ...USER)).toBe('OK');
    expect(await reads(notes)).toBe('EACCES');
  });

  it('guards no directory that was open', async () => {
    await lab.guard.add(`${theirs}/tree`, {tree: true, uids: [1000]});
    expect(await lab.intruder.do(...USER, 'rename', rooms, `${theirs}/tree`)).toBe('EACCES');
    expect(await reads(victim)).toBe('OK');
    expect(await lab.intruder.do('open-dir', rooms)).toBe('OK');
  });

  it('opens nothing that was guarded', async () => {
    const secret = `${rooms}/closed/secret`;
    await lab.guard.add(`${rooms}/closed`, {tree: true, ops: ['read']});
    await lab.guard.add(notes, {otherwise: 'log'});
    for (const route of ['rename', 'rename-exchange', 'link'])
      expect(await lab.intruder.do(...USER, route, secret, notes)).not.toBe('OK');
    expect(await reads(secret)).toBe('EACCES');
    expect(await reads(secret, ...USER)).toBe('EACCES');
  });
});

describe('what has a guarded name', () => {
  it('is guarded under its other names from the same moment', async () => {
    await lab.guard.add(notes, {ops: ['read'], uids: [0]});
    await vm.ok(`cd ${theirs} && printf new >temp && ln temp other && mv temp notes`);
    expect(await reads(`${theirs}/other`, ...USER)).toBe('EACCES');
    await vm.ok(`cd ${theirs} && rm notes && printf more >third && ln third notes`);
    expect(await reads(`${theirs}/third`, ...USER)).toBe('EACCES');
    expect(await reads(`${theirs}/other`, ...USER)).toBe('OK');
    await vm.ok(`cd ${theirs} && rm notes && printf x >notes && ln notes fourth`);
    expect(await reads(`${theirs}/fourth`, ...USER)).toBe('EACCES');
    expect(await reads(`${theirs}/third`, ...USER)).toBe('OK');
  });

  it('is guarded under its other names when two change places', async () => {
    await lab.guard.add(notes, {ops: ['read'], uids: [0]});
    await vm.ok(`cd ${theirs} && ln notes other && printf new >temp && ln temp third`);
    expect(await lab.owner.do('rename-exchange', `${theirs}/temp`, notes)).toBe('OK');
    expect(await reads(`${theirs}/third`, ...USER)).toBe('EACCES');
    expect(await reads(`${theirs}/other`, ...USER)).toBe('OK');
    expect(await reads(`${theirs}/temp`, ...USER)).toBe('OK');
    expect(await lab.owner.do('rename-exchange', `${theirs}/temp`, notes)).toBe('OK');
    expect(await reads(`${theirs}/third`, ...USER)).toBe('OK');
    expect(await reads(`${theirs}/other`, ...USER)).toBe('EACCES');
  });

  it('is guarded no longer when it has left it', async () => {
    await lab.guard.add(notes, {pids: [lab.owner.pid]});
    expect(await lab.owner.do('rename', notes, `${theirs}/aside`)).toBe('OK');
    expect(await reads(`${theirs}/aside`)).toBe('OK');
    expect(await lab.owner.do('write', notes, 'new')).toBe('OK');
    expect(await reads(notes)).toBe('EACCES');
    expect(await reads(`${theirs}/aside`)).toBe('OK');
  });

  it('lets nobody in where it has gone', async () => {
    await lab.guard.add(`${rooms}/closed`, {tree: true, pids: [lab.owner.pid]});
    await lab.guard.add(notes, {pids: [lab.owner.pid, lab.intruder.pid]});
    const moved = `${rooms}/closed/moved`;
    expect(await reads(notes)).toBe('OK');
    expect(await lab.owner.do('rename', notes, moved)).toBe('OK');
    expect(await reads(moved)).toBe('EACCES');
  });

  it('lets nobody in under another name, in a tree that is closed', async () => {
    const other = `${rooms}/closed/other`;
    await vm.ok(`ln ${notes} ${other}`);
    await lab.guard.add(`${rooms}/closed`, {tree: true, pids: [lab.owner.pid]});
    await lab.guard.add(notes, {pids: [lab.intruder.pid]});
    expect(await reads(notes)).toBe('OK');
    expect(await reads(other)).toBe('EACCES');
    expect(await lab.owner.do('open', other)).toBe('EACCES');
    await lab.guard.add(notes, {otherwise: 'ask'});
    expect(await reads(other)).toBe('EACCES');
    await lab.guard.add(notes, {otherwise: 'log'});
    expect(await reads(other)).toBe('EACCES');
    expect(await lab.owner.do('open', other)).toBe('OK');
  });

  it('is explained so', async () => {
    const other = `${rooms}/closed/other`;
    await vm.ok(`ln ${notes} ${other}`);
    const {id} = await lab.guard.add(`${rooms}/closed`, {tree: true});
    await lab.guard.add(notes, {pids: [lab.intruder.pid]});
    expect(await lab.guard.explain(other, 'read', lab.intruder.pid)).toMatchObject({
      rule: id,
      verdict: 1,
      count: 2,
    });
  });
});

// /tmp/history/layers/
//   back/             ext4, which uses numbers again
//   merged/           an overlay, of which no file has a generation
//     closed/  theirs/
describe('a number that is used again', () => {
  const layers = lab.path('layers');
  const merged = `${layers}/merged`;

  beforeAll(() =>
    vm.ok(
      `mkdir -p ${layers} && cd ${layers} && modprobe -a loop ext4 overlay && truncate -s 32M image &&` +
        'mkfs.ext4 -q image && mkdir -p back lower merged && mount -o loop image back &&' +
        'mkdir back/up back/work &&' +
        'mount -t overlay none -o lowerdir=lower,upperdir=back/up,workdir=back/work merged &&' +
        'mkdir merged/closed merged/theirs && chmod 777 merged/theirs merged/closed',
    ),
  );

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${merged} && umount ${layers}/back`);
  });

  /** Makes files until one has the number, and gives its path. */
  const makeWith = async (inode: string): Promise<string> => {
    const made = await vm.ok(
      `cd ${merged}/theirs && for i in $(seq 60); do printf new >f$i; [ $(stat -c %i f$i) = ${inode} ] && { echo f$i; exit; }; done`,
    );
    return `${merged}/theirs/${made.trim()}`;
  };

  const numberOf = async (file: string): Promise<string> =>
    (await vm.ok(`stat -c %i ${file}`)).trim();

  it('is not the file that had it', async () => {
    const log = `${merged}/theirs/log`;
    await lab.guard.add(`${merged}/closed`, {tree: true, pids: [lab.owner.pid]});
    await lab.guard.add(log, {otherwise: 'log'});
    const numbers: string[] = [];
    for (let i = 0; i < 3; i++) {
      expect(await lab.intruder.do('write', log, 'mine')).toBe('OK');
      numbers.push(await numberOf(log));
      expect(await lab.intruder.do('rename', log, `${log}-aside`)).toBe('OK');
      expect(await lab.intruder.do('unlink', `${log}-aside`)).toBe('OK');
    }
    for (const number of new Set(numbers)) {
      const secret = `${merged}/closed/secret${number}`;
      expect(await lab.owner.do('rename', await makeWith(number), secret)).toBe('OK');
      expect(await reads(secret)).toBe('EACCES');
    }
  });

  it('is not the program that had it', async () => {
    const program = `${merged}/program`;
    const run = path.join(PROGRAMS, 'try');
    const kept = lab.path('kept');
    await vm.ok(`printf treasure >${kept} && cp ${run} ${program}`);
    const number = await numberOf(program);
    await lab.guard.add(kept, {exes: [program]});
    await vm.ok(`cp ${run} ${program}-new && mv ${program}-new ${program}`);
    const file = await makeWith(number);
    await vm.ok(`cat ${run} >${file} && chmod 755 ${file}`);
    const other = await Actor.start({program: file});
    expect(await other.do('open', kept)).toBe('EACCES');
    await other.end();
  });
});

it('what comes and goes under a guarded name leaves nothing behind', async () => {
  await lab.guard.add(notes, {otherwise: 'log'});
  /** Objects of each size that the module's own might be among. */
  const objects = async (): Promise<number> =>
    Number(await vm.ok("awk '/^kmalloc-(96|128|192) / {n += $2} END {print n}' /proc/slabinfo"));
  const ROUNDS = 2000;
  expect(await lab.intruder.do('churn', 50, notes, `${theirs}/aside`)).toBe('OK');
  const before = await objects();
  expect(await lab.intruder.do('churn', ROUNDS, notes, `${theirs}/aside`)).toBe('OK');
  // what is freed after its last reader is freed in batches
  await vi.waitFor(async () => expect((await objects()) - before).toBeLessThan(ROUNDS / 3), {
    timeout: 60_000 * PATIENCE,
    interval: 500,
  });
});
