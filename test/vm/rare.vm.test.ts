// SPDX-License-Identifier: MIT
// Ways to a guarded file that few programs take.
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {isSince} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/rare/disk/   ext4
//   secret          "treasure", guarded in most tests: the owner gets in
//   ledger          4 KiB of "a", then 12 of "b"; guarded in some tests
//   swap            an area for swapping, of which there is a rule too
//   mapped/         where copies of the mount go
const lab = useLab('rare');
const disk = lab.path('disk');
const [secret, ledger, swap, mapped] = ['secret', 'ledger', 'swap', 'mapped'].map(
  (name) => `${disk}/${name}`,
) as [string, string, string, string];
const HAS_URING_XATTR = isSince('5.19');
const HAS_IDMAPPED = isSince('5.12');
let watcher: Watcher;
let actors: [intruder: Actor, small: Actor];

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && truncate -s 32M image && modprobe -a loop ext4 && mkfs.ext4 -q image &&
     mkdir disk && mount -o loop image disk && cd disk && mkdir mapped && printf treasure >secret &&
     dd if=/dev/zero of=swap bs=64k count=16 status=none && chmod 600 swap && mkswap -q swap`,
  );
});

// New ones each time, because of what they hold open.
beforeEach(async () => {
  actors = [await Actor.start(), await Actor.start({program: 'try32'})];
  watcher = await Watcher.start({verdict: 'deny', pids: actors.map(({pid}) => pid)});
});

afterEach(async () => {
  await lab.guard.clear();
  await watcher.end();
  for (const actor of actors) await actor.end();
});

afterAll(() => vm.ok(`umount ${disk}`));

const intruder = (): Actor => actors[0];

const state = async (): Promise<string[]> => [
  await lab.owner.show(secret),
  await lab.owner.show(ledger),
  await lab.owner.do('attributes', secret),
];

async function expectRefused(
  actor: Actor,
  words: string[],
  op: Op,
  path = words[1],
): Promise<void> {
  const {id} = await lab.guard.add(path, {pids: [lab.owner.pid]});
  await expectRefusal({actor, watcher, words, op, rule: id, path, unchanged: state});
}

describe('a process that is not allowed', () => {
  const ROUTES: [route: string, op: Op][] = [
    ['swapon', 'write'],
    ['acct', 'write'],
  ];
  if (HAS_URING_XATTR) ROUTES.push(['uring-setxattr', 'attr']);

  it.each(ROUTES)('cannot %s, 64-bit or 32-bit', async (route, op) => {
    for (const actor of actors)
      await expectRefused(actor, [route, route === 'swapon' ? swap : secret], op);
  });

  it.runIf(HAS_URING_XATTR)(
    'cannot use a descriptor to set attributes through io_uring',
    async () => {
      for (const actor of actors) {
        expect(await actor.do('hold', secret)).toBe('OK');
        await expectRefused(actor, ['uring-fsetxattr', secret], 'attr');
        await lab.guard.clear();
      }
    },
  );

  it('is given no descriptor by fanotify', async () => {
    expect(await intruder().do('listen-opens', secret)).toBe('OK');
    const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    expect(await lab.owner.do('open', secret)).toBe('OK');
    expect(await intruder().do('take-open')).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'write', path: secret, rule: id});
    await lab.guard.clear();
    expect(await lab.owner.do('open', secret)).toBe('OK');
    expect(await intruder().do('take-open')).toBe('OK');
  });

  it.runIf(HAS_IDMAPPED)('gets no further by a mount that maps users', async () => {
    const {id} = await lab.guard.add(secret, {
      pids: [lab.owner.pid],
      ops: ['read', 'write', 'delete'],
    });
    expect(await intruder().do('idmap', disk, mapped)).toBe('OK');
    const path = `${mapped}/secret`;
    for (const [route, op] of [
      ['open', 'read'],
      ['open-write', 'write'],
      ['unlink', 'delete'],
    ] as const)
      await expectRefusal({
        actor: intruder(),
        watcher,
        words: [route, path],
        op,
        rule: id,
        path,
        unchanged: state,
      });
    expect(await lab.owner.do('open', path)).toBe('OK');
    await vm.ok(`umount ${mapped}`);
  });
});

/** They leave the length as it is, or not; what is there afterwards is other in any case. */
const HOLES: [route: string, after: string][] = [
  ['punch-hole', 'size=16384 content='],
  ['zero-range', 'size=16384 content='],
  ['collapse-range', `size=12288 content=${'b'.repeat(127)}`],
];

describe('blocks of a guarded file', () => {
  const same = `size=16384 content=${'a'.repeat(127)}`;

  // what a route takes, and more
  beforeEach(() =>
    vm.ok(
      `{ head -c 4096 /dev/zero | tr '\\0' a; head -c 12288 /dev/zero | tr '\\0' b; } >${ledger}`,
    ),
  );

  it.each(HOLES)('cannot be taken by %s, 64-bit or 32-bit', async (route, after) => {
    expect(await lab.owner.show(ledger)).toMatch(new RegExp(`${same}$`));
    for (const actor of actors) {
      await expectRefused(actor, [route, ledger], 'write');
      await lab.guard.clear();
    }
    expect(await actors[1].do(route, ledger)).toBe('OK');
    expect(await lab.owner.show(ledger)).toMatch(new RegExp(`${after}$`));
  });

  it.each(HOLES)('cannot be taken by fd-%s after a strict rule', async (route, after) => {
    for (const actor of actors) {
      expect(await actor.do('hold', ledger)).toBe('OK');
      const {id} = await lab.guard.add(ledger, {strict: true, pids: [lab.owner.pid]});
      await expectRefusal({
        actor,
        watcher,
        words: [`fd-${route}`, ledger],
        op: 'write',
        rule: id,
        path: ledger,
        unchanged: state,
      });
      await lab.guard.clear();
    }
    expect(await actors[1].do(`fd-${route}`, ledger)).toBe('OK');
    expect(await lab.owner.show(ledger)).toMatch(new RegExp(`${after}$`));
  });
});

const DESCRIPTOR: [route: string, op: Op][] = [
  ['fd-mprotect', 'write'],
  ['fd-copy', 'read'],
  ['fd-copy-into', 'write'],
  ['uring-read', 'read'],
  ['uring-write', 'write'],
  ['uring-write-async', 'write'],
  ['uring-fallocate', 'write'],
  ['aio-read', 'read'],
  ['aio-write', 'write'],
];

describe('a descriptor from before a strict rule', () => {
  it.each(DESCRIPTOR)('is refused %s, 64-bit or 32-bit', async (route, op) => {
    for (const actor of actors) {
      expect(await actor.do('hold', secret)).toBe('OK');
      const {id} = await lab.guard.add(secret, {strict: true, ops: [op], pids: [lab.owner.pid]});
      await expectRefusal({
        actor,
        watcher,
        words: [route, secret, `${disk}/scratch`],
        op,
        rule: id,
        path: secret,
        unchanged: state,
      });
      await lab.guard.clear();
    }
  });
});

// Each test has a program of its own, which is /tmp/rare/program.
describe('a guarded program that runs', () => {
  const program = lab.path('program');
  let running: Actor;
  let id: number;

  beforeEach(async () => {
    await vm.ok(`cp test/vm/guest/try/build/try ${program}`);
    running = await Actor.start({program});
    ({id} = await lab.guard.add(program, {pids: [lab.owner.pid]}));
  });

  afterEach(() => running.end());

  it.each(['exe', 'map_files'])('cannot be opened as /proc/PID/%s', async (link) => {
    const directory = `/proc/${running.pid}/${link}`;
    const way =
      link === 'exe'
        ? directory
        : `${directory}/${(await vm.ok(`ls ${directory} | head -n 1`)).trim()}`;
    for (const actor of actors) {
      expect(await actor.do('open', way)).toBe('EACCES');
      expect(await watcher.next()).toMatchObject({op: 'read', path: program, rule: id});
      expect(await actor.do('execve', way)).toBe('EACCES');
      expect(await watcher.next()).toMatchObject({op: 'exec', path: program, rule: id});
    }
    expect(await lab.owner.do('open', way)).toBe('OK');
  });
});

describe('the kernel itself', () => {
  const pattern = '/proc/sys/kernel/core_pattern';
  const crash = `bash -c 'ulimit -c unlimited; kill -ABRT $$'`;
  let before: string;
  let all: Watcher;

  beforeEach(async () => {
    before = await vm.ok(`cat ${pattern}`);
    all = await Watcher.start({verdict: 'deny'});
  });

  afterEach(async () => {
    await vm.ok(`printf %s ${JSON.stringify(before.trim())} >${pattern}`);
    await all.end();
  });

  it.each(['core', 'secret'])('writes no core dump over a guarded name: %s', async (name) => {
    const path = `${disk}/${name}`;
    const {id} = await lab.guard.add(path, {pids: [lab.owner.pid]});
    const shown = await lab.owner.show(path);
    await vm.ok(`echo ${path} >${pattern}; ${crash} || true`);
    expect(await all.next()).toMatchObject({path, rule: id, verdict: 'deny'});
    expect(await lab.owner.show(path)).toBe(shown);
  });

  it('runs no guarded program to receive a core dump', async () => {
    const path = `${disk}/helper`;
    await vm.ok(`printf '#!/bin/sh\\ntouch ${disk}/ran\\n' >${path}; chmod 755 ${path}`);
    const {id} = await lab.guard.add(path, {pids: [lab.owner.pid]});
    await vm.ok(`echo '|${path}' >${pattern}; ${crash} || true`);
    expect(await all.next()).toMatchObject({op: 'exec', path, rule: id, uid: 0});
    expect(await lab.owner.do('stat', `${disk}/ran`)).toBe('ENOENT');
  });
});
