// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import type {Op, Verdict} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/mappings/memory/secret   in tmpfs, mapped by all before there is a rule
//               disk/secret     in ext4, likewise
//               fence           guarded: its refusal ends what is read of the events
const lab = useLab('mappings');
const fence = lab.path('fence');
const FOLDERS = [lab.path('memory'), lab.path('disk')];
const FILES = FOLDERS.map((folder) => `${folder}/secret`);
const hasCollapse = (await vm.run('grep -qw madvise_collapse /proc/kallsyms')).code === 0;
const hasHugePages = (await vm.run('grep -qw hugetlbfs /proc/filesystems')).code === 0;
const actors: Actor[] = [];
let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir memory disk && mount -t tmpfs none memory &&
     truncate -s 16M image && modprobe -a loop ext4 && mkfs.ext4 -q image &&
     mount -o loop image disk && echo >fence`,
  );
  actors.push(lab.intruder, await Actor.start({program: 'try32'}));
  watcher = await Watcher.start({verdict: 'deny', trees: [lab.directory, ...FOLDERS]});
});

beforeEach(async () => {
  for (const file of FILES) await vm.ok(`printf treasure >${file}`);
  await lab.guard.add(fence);
});

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await watcher.end();
  // in the place of what they have mapped
  for (const actor of [...actors, lab.owner]) await actor.do('map-hold-read', fence);
  await actors[1]?.end();
  await vm.ok(['umount', ...FOLDERS]);
});

const remove = (id: number) => lab.guard.do('del', {id});

const refusals = async (actor: Actor) => {
  expect(await actor.do('open', fence)).toBe('EACCES');
  return watcher.upTo(fence);
};

/** The errno, an event for each fault and no other, and that nothing changed. */
async function expectRefused(
  actor: Actor,
  use: string,
  error: string,
  event: {op: Op; path: string; rule: number},
): Promise<void> {
  const before = await lab.owner.show(event.path);
  expect([use, await actor.do(use, '-')]).toEqual([use, error]);
  const records = await refusals(actor);
  expect(records.length).toBeGreaterThan(0);
  for (const record of records) expect(record).toMatchObject({...event, verdict: 'deny'});
  expect(await lab.owner.show(event.path)).toBe(before);
}

const ROWS: [hold: string, use: string, op: Op, error: string][] = [
  ['map-hold-read', 'map-read', 'read', 'EFAULT'],
  ['map-hold-private', 'map-read', 'read', 'EFAULT'],
  ['map-hold-write', 'map-read', 'write', 'EFAULT'],
  ['map-hold-write', 'map-write', 'write', 'EFAULT'],
  ['map-hold-read', 'map-mprotect', 'write', 'EACCES'],
];
if (hasCollapse) ROWS.push(['map-hold-read', 'map-collapse', 'read', 'EACCES']);

describe.each(FILES)('a mapping from before a strict rule, of %s', (secret) => {
  const add = (more: object = {}) =>
    lab.guard.add(secret, {strict: true, pids: [lab.owner.pid], ...more});

  it.each(ROWS)('%s: is refused %s, 64-bit or 32-bit', async (hold, use, op, error) => {
    for (const actor of actors) {
      expect(await actor.do(hold, secret)).toBe('OK');
      const {id: rule} = await add();
      await expectRefused(actor, use, error, {op, path: secret, rule});
      await remove(rule);
    }
  });

  it('ends the process that touches it with SIGBUS', async () => {
    const actor = await Actor.start();
    expect(await actor.do('map-hold-read', secret)).toBe('OK');
    await add();
    actor.say('map-touch', '-');
    expect(await actor.process.exit).toMatchObject({signal: 'SIGBUS'});
    expect((await refusals(lab.intruder))[0]).toMatchObject({op: 'read', pid: actor.pid});
  });

  it('is refused to a child, too', async () => {
    expect(await lab.intruder.do('map-hold-write', secret)).toBe('OK');
    await add();
    expect(await lab.intruder.do('child', 'map-read', '-')).toBe('EFAULT');
    expect(await refusals(lab.intruder)).not.toEqual([]);
  });

  it('works for the allowed process', async () => {
    for (const [hold, use] of [
      ['map-hold-read', 'map-read'],
      ['map-hold-private', 'map-read'],
      ['map-hold-write', 'map-write'],
      ['map-hold-read', 'map-mprotect'],
    ] as const) {
      expect(await lab.owner.do(hold, secret)).toBe('OK');
      const {id} = await add();
      expect([use, await lab.owner.do(use, '-')]).toEqual([use, 'OK']);
      await remove(id);
    }
    expect(await vm.ok(`cat ${secret}`)).toBe('Spoilede');
  });

  it('works again when the rule is gone', async () => {
    expect(await lab.intruder.do('map-hold-write', secret)).toBe('OK');
    const {id} = await add();
    expect(await lab.intruder.do('map-read', '-')).toBe('EFAULT');
    await remove(id);
    expect(await lab.intruder.do('map-read', '-')).toBe('OK');
    await refusals(lab.intruder);
  });

  it('keeps what the process made its own', async () => {
    expect(await lab.intruder.do('map-hold-copy', secret)).toBe('OK');
    await add();
    expect(await lab.intruder.do('map-read', '-')).toBe('OK');
    expect(await refusals(lab.intruder)).toEqual([]);
  });

  it('is judged by the operations of the rule', async () => {
    expect(await lab.intruder.do('map-hold-read', secret)).toBe('OK');
    const {id: rule} = await add({ops: ['write']});
    expect(await lab.intruder.do('map-read', '-')).toBe('OK');
    await expectRefused(lab.intruder, 'map-mprotect', 'EACCES', {
      op: 'write',
      path: secret,
      rule,
    });
  });

  it('is refused where a rule about it becomes strict, or is about its tree', async () => {
    const directory = path.dirname(secret);
    for (const about of [secret, directory]) {
      const tree = about === directory;
      expect(await lab.intruder.do('map-hold-write', secret)).toBe('OK');
      await lab.guard.add(about, {tree, pids: [lab.owner.pid]});
      expect(await lab.intruder.do('map-read', '-')).toBe('OK');
      const {id} = await lab.guard.add(about, {tree, strict: true, pids: [lab.owner.pid]});
      expect(await lab.intruder.do('map-read', '-')).toBe('EFAULT');
      await remove(id);
      expect(await refusals(lab.intruder)).not.toEqual([]);
    }
  });

  it('works where no rule about it is strict', async () => {
    for (const [hold, use] of [
      ['map-hold-read', 'map-read'],
      ['map-hold-write', 'map-write'],
      ['map-hold-read', 'map-mprotect'],
    ] as const) {
      expect(await lab.intruder.do(hold, secret)).toBe('OK');
      const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
      await lab.guard.add(lab.path('elsewhere'), {strict: true});
      expect([use, await lab.intruder.do(use, '-')]).toEqual([use, 'OK']);
      await remove(id);
    }
    expect(await refusals(lab.intruder)).toEqual([]);
  });

  it('is refused to each of many threads that use it all the time', async () => {
    const crowd = await Actor.start();
    expect(await crowd.do('map-hold-write', secret)).toBe('OK');
    expect(await crowd.do('map-crowd', '-')).toBe('READY');
    await add();
    expect(await crowd.process.exit).toMatchObject({signal: 'SIGBUS'});
    await refusals(lab.intruder);
  });
});

describe('a mapping that others take over while a strict rule is made', () => {
  it('is refused to the last of many, each of which is a child of the one before', async () => {
    const [secret] = FILES as [string];
    const [stop, fifo] = [lab.path('stop'), lab.path('fifo')];
    await vm.ok(`mkfifo ${fifo}; truncate -s 8192 ${secret}`);
    expect(await lab.intruder.do('map-chain', secret, stop, fifo)).toBe('OK');
    await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
    expect(await vm.ok(`echo >${stop}; cat ${fifo}`)).toBe('EFAULT\n');
    expect(await refusals(lab.intruder)).toContainEqual(
      expect.objectContaining({op: 'read', path: secret, verdict: 'deny'}),
    );
    await vm.ok(`rm ${stop} ${fifo}`);
  });
});

describe('a mapping that a rule lets in', () => {
  it('is refused when that rule is gone and a strict one about its tree decides', async () => {
    for (const secret of FILES) {
      await lab.guard.add(path.dirname(secret), {tree: true, strict: true});
      const {id} = await lab.guard.add(secret, {pids: [lab.intruder.pid]});
      expect(await lab.intruder.do('map-hold-read', secret)).toBe('OK');
      await remove(id);
      // taken out in the background
      await expect
        .poll(() => lab.intruder.do('map-read', '-'), {timeout: 30_000 * PATIENCE})
        .toBe('EFAULT');
      await lab.guard.clear();
      await lab.guard.add(fence);
      expect(await refusals(lab.intruder)).not.toEqual([]);
    }
  });
});

describe('a fault that is under way when a strict rule is made', () => {
  it('does not keep the rule waiting, and its page is taken out afterwards', async () => {
    const [, secret] = FILES as [string, string];
    const [, disk] = FOLDERS as [string, string];
    const writer = await Actor.start();
    expect(await writer.do('map-hold-write', secret)).toBe('OK');
    await vm.ok(['fsfreeze', '-f', disk]);
    writer.say('map-write', '-');
    await vm.ok(`until grep -q '^State:.D' /proc/${writer.pid}/status; do :; done`);
    await lab.guard.add(secret, {strict: true, pids: [lab.owner.pid]});
    await vm.ok(['fsfreeze', '-u', disk]);
    // done, or begun anew as another fault
    expect(['OK', 'EFAULT']).toContain(await writer.answer());
    await expect
      .poll(() => writer.do('map-read', '-'), {timeout: 30_000 * PATIENCE})
      .toBe('EFAULT');
    await writer.end();
    await refusals(lab.intruder);
  });
});

describe.runIf(hasHugePages)('a mapping of huge pages', () => {
  it('does not keep a strict rule about its file system waiting', async () => {
    const folder = lab.path('huge');
    await vm.ok(`mkdir ${folder} && mount -t hugetlbfs none ${folder}`);
    const holder = await Actor.start();
    expect(await holder.do('map-huge', `${folder}/pages`)).toBe('OK');
    const {id} = await lab.guard.add(folder, {tree: true, strict: true});
    expect(await holder.do('open', `${folder}/pages`)).toBe('EACCES');
    await holder.end();
    await remove(id);
    await refusals(lab.intruder);
    await vm.ok(['umount', folder]);
  });
});

describe('a mapping where a strict rule asks', () => {
  it('stays as it is, since nobody can be asked page by page', async () => {
    const [secret] = FILES as [string];
    expect(await lab.intruder.do('map-hold-write', secret)).toBe('OK');
    await lab.guard.add(secret, {strict: true, otherwise: 'ask', pids: [lab.owner.pid]});
    expect(await lab.intruder.do('map-write', '-')).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await refusals(lab.intruder)).toMatchObject([{op: 'read', reason: 'default'}]);
  });
});

/** By the process for itself, and by the way that goes on in place. */
const COLLAPSES = hasCollapse ? ['map-collapse', 'map-collapse-process'] : [];

describe.skipIf(!hasCollapse)('a huge page where a strict rule asks', () => {
  const [secret] = FILES as [string];
  let answerer: Answerer;

  const hold = async (fallback: Verdict): Promise<void> => {
    expect(await lab.intruder.do('map-hold-read', secret)).toBe('OK');
    await lab.guard.add(secret, {
      strict: true,
      otherwise: 'ask',
      default: fallback,
      deadline: 600_000,
      ops: ['read'],
    });
  };

  beforeAll(async () => {
    answerer = await Answerer.start();
  });
  afterAll(() => answerer.end());

  it.each(COLLAPSES)('is refused %s at once, since that cannot wait', async (use) => {
    await hold('deny');
    expect(await lab.intruder.do(use, '-')).toBe('EACCES');
    const [record] = await refusals(lab.intruder);
    expect(record).toMatchObject({op: 'read', path: secret, reason: 'unaskable'});
  });

  it.each(COLLAPSES)('is given to %s where the default is to allow', async (use) => {
    expect(await lab.intruder.do('map-hold-read', secret)).toBe('OK');
    const result = await lab.intruder.do(use, '-');
    await hold('allow');
    expect(await lab.intruder.do(use, '-')).toBe(result);
    expect(await refusals(lab.intruder)).toEqual([]);
  });
});

describe('a mapping from before a strict rule, of a file behind others', () => {
  it('is refused through an overlay, whichever of its layers the rule is about', async () => {
    await vm.ok(
      `cd ${lab.directory} && mkdir lower upper work merged && printf treasure >lower/secret &&
       mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged`,
    );
    const other = await Actor.start();
    for (const [hold, about] of [
      ['map-hold-private', 'merged/secret'],
      ['map-hold-write', 'merged/secret'],
      ['map-hold-write', 'upper/secret'],
    ] as const) {
      expect(await other.do(hold, lab.path('merged/secret'))).toBe('OK');
      const {id} = await lab.guard.add(lab.path(about), {strict: true});
      const told = await Watcher.start({verdict: 'deny', pids: [other.pid]});
      expect([hold, about, await other.do('map-read', '-')]).toEqual([hold, about, 'EFAULT']);
      // 6.16 maps the upper file from before it had a name
      const path = expect.stringMatching(/\/secret$|^\/ \(deleted\)$/) as unknown;
      expect(await told.next()).toMatchObject({rule: id, path, reason: 'rule'});
      await told.end();
      await remove(id);
      expect(await vm.ok(`cat ${lab.path('merged/secret')}`)).toBe('treasure');
      expect(await other.do('map-read', '-')).toBe('OK');
    }
    await other.end();
    await refusals(lab.intruder);
    await vm.ok(`umount ${lab.path('merged')}`);
  });
});

describe('the first process of the machine', () => {
  it('goes on where a strict rule is about its program', async () => {
    const program = path.basename((await vm.ok('readlink /proc/1/exe')).trim());
    const {id} = await lab.guard.add(undefined, {suffix: program, strict: true});
    // by way of that process
    for (let i = 0; i < 20; i++) expect(await lab.intruder.do('stat', '/')).toBe('OK');
    await remove(id);
    await refusals(lab.intruder);
  });
});
