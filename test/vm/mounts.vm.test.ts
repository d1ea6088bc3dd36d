// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {hasRoute, programHas} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/mounts/
//   base/              a filesystem, shared
//     folder/secret    guarded: the owner gets in
//     old/             for pivot_root
//   free               a file
//   loose/file         another filesystem
//   spare/ unrelated/  nothing is mounted there
const lab = useLab('mounts');
const intruders = useIntruders(lab);
const place = (name: string): string => (name === '.' ? lab.directory : lab.path(name));
const secret = lab.path('base/folder/secret');
let rule: number;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir base loose spare unrelated && touch free &&
     mount -t tmpfs base base && mount --make-shared base && mkdir base/folder base/old &&
     mount -t tmpfs loose loose && touch loose/file && printf treasure >base/folder/secret`,
  );
  rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
});

afterAll(async () => {
  await lab.guard.clear();
  await vm.ok(`cd ${lab.directory} && umount -R base && umount loose`);
});

const mounts = (): Promise<string> => vm.ok('cat /proc/self/mountinfo');

/** What the event names, where it is not the first. */
const ROWS: [route: string, first: string, second?: string, path?: string][] = [
  ['mount', 'base/folder'],
  ['mount', 'base'],
  ['mount', '.'],
  ['fsmount', 'base/folder'],
  ['fsmount', 'base'],
  ['mount-beneath', 'base'],
  ['mount-bind', 'base/folder/secret', 'free'],
  ['mount-bind', 'base/folder', 'spare'],
  ['mount-rbind', 'base', 'spare'],
  ['mount-bind-private', 'base/folder', 'spare'],
  ['mount-bind-shared', 'base/folder', 'spare'],
  ['mount-bind-others', 'base/folder', 'spare'],
  ['clone-mount', 'base/folder', 'spare'],
  ['clone-mount', 'base/folder/secret', 'free'],
  ['mount-move', 'loose', 'base/folder', 'base/folder'],
  ['move-mount', 'loose', 'base/folder', 'base/folder'],
  ['umount', 'base'],
  ['umount-lazy', 'base'],
  ['old-umount', 'base'],
  ['mount-move', 'base', 'spare', 'spare'],
  ['move-mount', 'base', 'spare'],
  ['pivot-root', 'base', 'base/old', '/'],
];

describe.each(SIZES)('a %s that is not allowed', (program) => {
  it.each(ROWS.filter(([route]) => programHas(program, route)))(
    'cannot %s %s %s',
    async (route, first, second, path) => {
      const before = await mounts();
      const words = [route, place(first), ...(second ? [place(second)] : [])];
      expect(await intruders[program].do(...words)).toBe('EACCES');
      const named = path?.startsWith('/') ? path : place(path ?? first);
      const event = await intruders.watcher.next();
      expect([event.path, event.newPath]).toContain(named);
      expect(event).toMatchObject({op: 'mount', rule, verdict: 'deny', reason: 'rule'});
      expect(await mounts()).toBe(before);
    },
  );

  it.each([
    ['detached-open', 'read'],
    ['detached-trunc', 'write'],
    ['detached-unlink', 'delete'],
    ['detached-rename', 'rename'],
  ] as const)('gets no further below a copy of a mount that is nowhere: %s', async (route, op) => {
    await expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, secret],
      op,
      rule,
      // no path leads there from any root
      path: expect.stringMatching(/secret$/),
      unchanged: () => lab.owner.show(secret),
    });
  });
});

describe('a process that is not allowed', () => {
  const UNRELATED: [route: string, first: string, second?: string][] = [
    ['mount', 'spare'],
    ['umount', 'spare'],
    ['fsmount', 'spare'],
    ['move-mount', 'spare', 'unrelated'],
    ['umount-lazy', 'unrelated'],
    ['mount-bind', 'spare', 'loose'],
    ['umount', 'spare'],
    ['mount', 'base/old'],
    ['umount', 'base/old'],
    ['mount-bind', 'free', 'loose/file'],
    ['umount', 'free'],
  ];

  it.each(UNRELATED)('can %s %s %s', async (route, first, second) => {
    expect(await lab.intruder.do(route, place(first), second ? place(second) : '-')).toBe('OK');
  });

  it('can change options and propagation', async () => {
    for (const route of ['remount', 'make-private', 'make-shared'])
      expect([route, await lab.intruder.do(route, place('base'))]).toEqual([route, 'OK']);
  });

  it('can mount a copy of the place elsewhere, which is guarded too', async () => {
    expect(await lab.intruder.do('mount-bind', place('spare'), place('base/folder'))).toBe('OK');
    await expectRefusal({
      actor: lab.intruder,
      watcher: intruders.watcher,
      words: ['open', lab.path('spare/secret')],
      op: 'read',
      rule,
      path: lab.path('spare/secret'),
      unchanged: () => lab.owner.show(secret),
    });
  });

  it('can unmount such a copy', async () => {
    const result = await lab.intruder.do('umount', place('spare'));
    if (result !== 'OK') await lab.owner.do('umount', place('spare'));
    expect(result).toBe('OK');
  });
});

describe.each(['private', 'slave'])('in a mount namespace of its own, %s', (propagation) => {
  let apart: Actor;

  beforeAll(async () => {
    apart = await Actor.start();
    expect(await apart.do('unshare', propagation)).toBe('OK');
  });

  afterAll(() => apart.end());

  it('a process may mount and unmount, and the object is guarded still', async () => {
    const before = await mounts();
    expect(await apart.do('open', secret)).toBe('EACCES');
    expect(await apart.do('mount-bind', place('spare'), place('base/folder'))).toBe('OK');
    expect(await apart.do('mount', place('base/folder'))).toBe('OK');
    expect(await apart.do('open', secret)).toBe('ENOENT');
    expect(await apart.do('open', lab.path('spare/secret'))).toBe('EACCES');
    expect(await apart.do('unlink', lab.path('spare/secret'))).toBe('EACCES');
    expect(await apart.do('umount', place('base/folder'))).toBe('OK');
    expect(await apart.do('open', secret)).toBe('EACCES');
    expect(await apart.do('umount-lazy', place('base'))).toBe('OK');
    expect(await mounts()).toBe(before);
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });
});

const ACCESSES: readonly [route: string, op: Op][] = [
  ['open', 'read'],
  ['open-trunc', 'write'],
  ['unlink', 'delete'],
];

describe.each(['private', 'slave'])('with a mount namespace apart, %s', (propagation) => {
  let apart: Actor;
  let seen: Watcher;

  beforeEach(async () => {
    apart = await Actor.start();
    expect(await apart.do('unshare', propagation)).toBe('OK');
    seen = await Watcher.start({verdict: 'deny', trees: [lab.path('base')]});
  });

  afterEach(async () => {
    await seen.end();
    await apart.end();
  });

  const expectRefusals = async (actor: Actor, file: string, path: unknown): Promise<void> => {
    const unchanged = () => lab.owner.show(secret);
    for (const [route, op] of ACCESSES)
      await expectRefusal({actor, watcher: seen, words: [route, file], op, rule, path, unchanged});
    expect(await unchanged()).toContain('content=treasure');
  };

  it('a process gets no further with another root', async () => {
    expect(await apart.do('pivot-root', place('base'), place('base/old'))).toBe('OK');
    expect(await apart.do('open', `/old${place('free')}`)).toBe('OK');
    await expectRefusals(apart, '/folder/secret', expect.stringMatching(/\/folder\/secret$/));
    expect(await apart.do('umount-lazy', '/old')).toBe('OK');
    await expectRefusals(apart, '/folder/secret', expect.stringMatching(/\/folder\/secret$/));
  });

  it('a process that comes in gets no further, nor when it goes back', async () => {
    const visitor = await Actor.start();
    expect(await apart.do('mount-bind', place('spare'), place('base/folder'))).toBe('OK');
    expect(await visitor.do('enter', apart.pid)).toBe('OK');
    await expectRefusals(visitor, lab.path('spare/secret'), expect.stringMatching(/\/secret$/));
    expect(await visitor.do('mount', place('base/folder'))).toBe('OK');
    expect(await visitor.do('open', secret)).toBe('ENOENT');

    const before = await mounts();
    expect(await visitor.do('enter', lab.owner.pid)).toBe('OK');
    await expectRefusals(visitor, secret, secret);
    expect(await visitor.do('mount', place('base/folder'))).toBe('EACCES');
    expect(await seen.next()).toMatchObject({op: 'mount', rule, pid: visitor.pid});
    expect(await mounts()).toBe(before);
    await visitor.end();
  });

  if (propagation === 'slave') return;
  it.runIf(hasRoute('mount-beneath'))(
    'a process reveals what it has mounted below a mount to itself alone',
    async () => {
      const before = await mounts();
      expect(await apart.do('mount-beneath', place('base'))).toBe('OK');
      await expectRefusals(apart, secret, secret);
      expect(await apart.do('umount-lazy', place('base'))).toBe('OK');
      expect(await apart.do('open', secret)).toBe('ENOENT');
      expect(await mounts()).toBe(before);
      await expectRefusals(lab.intruder, secret, secret);
    },
  );
});

describe('in a mount namespace that shares its mounts', () => {
  it('nothing may be mounted over the place', async () => {
    const apart = await Actor.start();
    const before = await mounts();
    expect(await apart.do('unshare', 'shared')).toBe('OK');
    expect(await apart.do('mount', place('base/folder'))).toBe('EACCES');
    expect(await apart.do('mount-bind', secret, place('free'))).toBe('EACCES');
    expect(await apart.do('mount-move', place('loose'), place('base/folder'))).toBe('EACCES');
    expect(await mounts()).toBe(before);
    await apart.end();
  });
});

describe('the allowed process', () => {
  it('may mount over the place, and unmount', async () => {
    expect(await lab.owner.do('mount', place('base/folder'))).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('ENOENT');
    expect(await lab.owner.do('umount', place('base/folder'))).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });

  it('gets in below a copy of the mount that is nowhere', async () => {
    expect(await lab.owner.do('detached-open', secret)).toBe('OK');
    expect(await lab.owner.do('detached-trunc', secret)).toBe('OK');
    expect(await lab.owner.show(secret)).toContain('size=0 content=');
    expect(await lab.owner.do('write', secret, 'treasure')).toBe('OK');
  });

  it('may move the mount, and what it holds stays guarded', async () => {
    expect(await lab.owner.do('make-private', place('base'))).toBe('OK');
    for (const route of ['move-mount', 'mount-move']) {
      expect(await lab.owner.do(route, place('base'), place('spare'))).toBe('OK');
      expect(await lab.intruder.do('open', lab.path('spare/folder/secret'))).toBe('EACCES');
      expect(await lab.owner.do(route, place('spare'), place('base'))).toBe('OK');
      expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    }
  });
});

describe('a rule about a tree', () => {
  it('refuses mounts below it, too', async () => {
    await lab.guard.clear();
    await vm.ok(`mkdir -p ${lab.path('base/folder/deep/deeper')}`);
    await lab.guard.add(lab.path('base/folder'), {tree: true, pids: [lab.owner.pid]});
    for (const name of ['base/folder/deep/deeper', 'base/folder/deep', 'base/folder', 'base'])
      expect([name, await lab.intruder.do('mount', place(name))]).toEqual([name, 'EACCES']);
    expect(await lab.intruder.do('umount', place('base'))).toBe('EACCES');
    expect(await lab.owner.do('mount', lab.path('base/folder/deep'))).toBe('OK');
    expect(await lab.owner.do('umount', lab.path('base/folder/deep'))).toBe('OK');
  });

  it('that is not about mounts refuses none', async () => {
    await lab.guard.add(lab.path('base/folder'), {tree: true, ops: ['read', 'write']});
    expect(await lab.intruder.do('mount', lab.path('base/folder'))).toBe('OK');
    expect(await lab.intruder.do('umount', lab.path('base/folder'))).toBe('OK');
  });
});
