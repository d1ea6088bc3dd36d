// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
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
const place = (name: string): string => (name === '.' ? lab.directory : lab.path(name));
const secret = lab.path('base/folder/secret');
let watcher: Watcher;
let rule: number;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir base loose spare unrelated && touch free &&
     mount -t tmpfs base base && mount --make-shared base && mkdir base/folder base/old &&
     mount -t tmpfs loose loose && touch loose/file && printf treasure >base/folder/secret`,
  );
  rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
  watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
});

afterAll(async () => {
  await watcher.end();
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
  ['mount-bind', 'base/folder/secret', 'free'],
  ['mount-bind', 'base/folder', 'spare'],
  ['mount-rbind', 'base', 'spare'],
  ['clone-mount', 'base/folder', 'spare'],
  ['clone-mount', 'base/folder/secret', 'free'],
  ['mount-move', 'loose', 'base/folder', 'base/folder'],
  ['move-mount', 'loose', 'base/folder', 'base/folder'],
  ['umount', 'base'],
  ['umount-lazy', 'base'],
  ['mount-move', 'base', 'spare', 'spare'],
  ['move-mount', 'base', 'spare'],
  ['pivot-root', 'base', 'base/old', '/'],
];

describe('a process that is not allowed', () => {
  it.each(ROWS)('cannot %s %s %s', async (route, first, second, path) => {
    const before = await mounts();
    expect(await lab.intruder.do(route, place(first), ...(second ? [place(second)] : []))).toBe(
      'EACCES',
    );
    const named = path?.startsWith('/') ? path : place(path ?? first);
    const event = await watcher.next();
    expect([event.path, event.newPath]).toContain(named);
    expect(event).toMatchObject({op: 'mount', rule, verdict: 'deny', reason: 'rule'});
    expect(await mounts()).toBe(before);
  });

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
      watcher,
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

describe('in a mount namespace that shares its mounts', () => {
  it('nothing may be mounted over the place', async () => {
    const apart = await Actor.start();
    const before = await mounts();
    expect(await apart.do('unshare', 'shared')).toBe('OK');
    expect(await apart.do('mount', place('base/folder'))).toBe('EACCES');
    expect(await apart.do('mount-bind', secret, place('free'))).toBe('EACCES');
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
