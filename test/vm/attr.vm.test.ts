// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {UNKNOWN_ROUTES, hasRoute} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/attr/disk/      an ext4 filesystem
//   secret             "treasure", guarded: the owner gets in
//   free               not guarded
//   folder/            guarded
const lab = useLab('attr');
const disk = lab.path('disk');
const [secret, free, folder] = [`${disk}/secret`, `${disk}/free`, `${disk}/folder`];
const rules = {secret: 0, folder: 0, absent: 0, marked: 0};
let watcher: Watcher;
let actors: Record<'try' | 'try32', Actor>;

beforeAll(async () => {
  actors = {try: lab.intruder, try32: await Actor.start({program: 'try32'})};
  // Without checksums ext4 lets the generation of an inode be changed.
  await vm.ok(
    `cd ${lab.directory} && truncate -s 16M image && modprobe -a loop ext4 &&
     mkfs.ext4 -q -N 128 -O ^metadata_csum image && mkdir disk && mount -o loop,acl image disk &&
     cd disk && mkdir folder && printf treasure >secret && touch free && chmod 644 secret free`,
  );
  for (const file of [secret, free, folder])
    expect(await lab.owner.do('setxattr', file)).toBe('OK');
  for (const actor of [lab.owner, actors.try, actors.try32])
    expect(await actor.do('hold', secret)).toBe('OK');
  for (const [name, file] of Object.entries({secret, folder}))
    rules[name as keyof typeof rules] = (await lab.guard.add(file, {pids: [lab.owner.pid]})).id;
  watcher = await Watcher.start({verdict: 'deny', pids: [actors.try.pid, actors.try32.pid]});
});

afterAll(async () => {
  await watcher.end();
  await actors.try32.end();
  await Promise.all([lab.owner.do('hold', '/dev/null'), lab.intruder.do('hold', '/dev/null')]);
});

const attributes = (file: string) => () => lab.owner.do('attributes', file);

const ROUTES = [
  'chmod',
  'fchmod',
  'fchmodat',
  'fchmodat2',
  'fchmodat2-empty',
  'chmod-proc',
  'chown',
  'chown-none',
  'lchown',
  'fchown',
  'fchownat-empty',
  'utimensat',
  'utimensat-empty',
  'touch',
  'futimens',
  'setxattr',
  'lsetxattr',
  'fsetxattr',
  'setxattr-proc',
  'setxattrat',
  'removexattr',
  'fremovexattr',
  'removexattrat',
  'setfacl',
  'fsetfacl',
  'setflags',
  'fssetxattr',
  'file-setattr',
  'setversion',
  'ext4-setversion',
];

const there = ROUTES.filter(hasRoute);
const missing = ROUTES.filter((route) => UNKNOWN_ROUTES.includes(route));

describe.each(['try', 'try32'] as const)('a %s that is not allowed', (program) => {
  it.each(there)('cannot %s a guarded file', async (route) => {
    await expectRefusal({
      actor: actors[program],
      watcher,
      words: [route, secret],
      op: 'attr',
      rule: rules.secret,
      path: secret,
      unchanged: attributes(secret),
    });
  });

  it('gets no further by a system call that the kernel does not have', async () => {
    for (const route of missing)
      expect([route, await actors[program].do(route, secret)]).toEqual([route, 'ENOSYS']);
  });
});

describe('a process that is not allowed', () => {
  it.each(['chmod', 'chown', 'touch', 'setxattr', 'removexattr', 'setfacl', 'fchownat-empty'])(
    'cannot %s a guarded directory',
    async (route) => {
      await expectRefusal({
        actor: lab.intruder,
        watcher,
        words: [route, folder],
        op: 'attr',
        rule: rules.folder,
        path: folder,
        unchanged: attributes(folder),
      });
    },
  );

  it('can change other files', async () => {
    for (const route of [
      'chmod',
      'chown',
      'touch',
      'utimensat',
      'setxattr',
      'removexattr',
      'setfacl',
    ])
      expect([route, await lab.intruder.do(route, free)]).toEqual([route, 'OK']);
  });

  it('cannot remove an ACL that is there', async () => {
    expect(await lab.owner.do('setfacl', secret)).toBe('OK');
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: ['remove-acl', secret],
      op: 'attr',
      rule: rules.secret,
      path: secret,
      unchanged: attributes(secret),
    });
    expect(await lab.owner.do('remove-acl', secret)).toBe('OK');
  });
});

describe('the identity of a directory that is only on the way', () => {
  const [way, marked] = [`${disk}/way`, `${disk}/marked`];
  const VERSIONS = ['setversion', 'ext4-setversion'];

  beforeAll(async () => {
    await vm.ok(`mkdir ${way} ${marked} ${disk}/aside`);
    rules.absent = (await lab.guard.add(`${way}/absent`, {pids: [lab.owner.pid]})).id;
    const below = {suffix: '.key', pids: [lab.owner.pid]};
    rules.marked = (await lab.guard.add(marked, below)).id;
  });

  describe.each(['try', 'try32'] as const)('cannot be changed by a %s', (program) => {
    it.each([
      ['absent', way],
      ['marked', marked],
    ] as const)('for a rule that is about something below it: %s', async (name, path) => {
      const [actor, op, rule] = [actors[program], 'attr', rules[name]] as const;
      expect(await actor.do('hold-dir', path)).toBe('OK');
      const unchanged = attributes(path);
      for (const route of VERSIONS)
        await expectRefusal({actor, watcher, words: [route, path], op, rule, path, unchanged});
      expect(await actor.do('chmod', path)).toBe('OK');
    });

    it('which guards still', async () => {
      for (const [name, path] of [
        ['absent', `${way}/absent`],
        ['marked', `${marked}/a.key`],
      ] as const) {
        await expectRefusal({
          actor: actors[program],
          watcher,
          words: ['open-excl', path],
          op: 'create',
          rule: rules[name],
          path,
          unchanged: () => lab.owner.show(path),
        });
      }
    });

    it('but where it is on no way', async () => {
      expect(await actors[program].do('hold-dir', `${disk}/aside`)).toBe('OK');
      for (const route of VERSIONS)
        expect([route, await actors[program].do(route, `${disk}/aside`)]).toEqual([route, 'OK']);
    });
  });
});

describe('a process that is allowed', () => {
  it.each(there.filter((route) => !route.includes('version')))('can %s', async (route) => {
    expect(await lab.owner.do('setxattr', secret)).toBe('OK');
    expect(await lab.owner.do(route, secret)).toBe('OK');
  });

  it('has changed what the refused one could not', async () => {
    expect(await attributes(secret)()).toMatch(
      /^mode=100664 owner=1234:1234 .* acl=44 flags=\w*8\w /,
    );
  });
});

describe('a rule that is only about attributes', () => {
  const only: Op[] = ['attr'];

  it('lets everything else through, and refuses descriptors that were opened under it', async () => {
    await lab.guard.add(free, {ops: only});
    expect(await lab.intruder.do('open-rdwr', free)).toBe('OK');
    expect(await lab.intruder.do('write', free, 'more')).toBe('OK');
    expect(await lab.intruder.do('hold', free)).toBe('OK');
    for (const route of ['fchmod', 'fchown', 'futimens', 'fsetxattr', 'setflags', 'chmod', 'touch'])
      expect([route, await lab.intruder.do(route, free)]).toEqual([route, 'EACCES']);
  });

  it('leaves to a write what it does to the attributes', async () => {
    await lab.guard.clear();
    await vm.ok(`chmod 4755 ${free}`);
    await lab.guard.add(free, {ops: only});
    expect(await lab.intruder.do('as', 'uid', 1234, 'open', free)).toBe('OK');
    const before = await lab.owner.do('attributes', free);
    expect(await lab.intruder.do('write', free, 'other')).toBe('OK');
    expect(await lab.owner.do('attributes', free)).not.toBe(before);
    expect(await lab.intruder.do('truncate', free)).toBe('OK');
  });
});
