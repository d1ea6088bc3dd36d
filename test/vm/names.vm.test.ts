// SPDX-License-Identifier: MIT
import {beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {EXISTS, type Op, REPLACED} from './helper/guard.js';
import {SIZES, type Size, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {programHas} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/names/
//   secret   guarded, there or not; the owner gets in
//   decoy    "decoy", not guarded
const lab = useLab('names');
const intruders = useIntruders(lab);
const secret = lab.path('secret');
const decoy = lab.path('decoy');

/** The next refusal is of this. */
async function expectEvent(op: Op, path: string, newPath = ''): Promise<void> {
  const {id} = (await lab.guard.list()).find((rule) => rule.path === secret) ?? {};
  expect(await intruders.watcher.next()).toMatchObject({
    op,
    path,
    newPath,
    rule: id,
    verdict: 'deny',
    reason: 'rule',
  });
}

/** Both files as the fixture says; @param there whether the guarded one is */
async function reset(there: boolean): Promise<void> {
  await lab.guard.clear();
  for (const name of ['secret', 'decoy', 'stash', 'moved', 'secret.tmp']) {
    await lab.owner.do('unlink', lab.path(name));
    await lab.owner.do('rmdir', lab.path(name));
  }
  expect(await lab.owner.do('write', decoy, 'decoy')).toBe('OK');
  if (there) expect(await lab.owner.do('write', secret, 'treasure')).toBe('OK');
}

interface Creation {
  route: string;
  from?: string;
  op: Op;
}

const CREATIONS: readonly Creation[] = [
  {route: 'open-create', op: 'create'},
  {route: 'open-create-read', op: 'create'},
  {route: 'open-excl', op: 'create'},
  {route: 'openat-create', op: 'create'},
  {route: 'creat', op: 'create'},
  {route: 'mkdir', op: 'create'},
  {route: 'mkdirat', op: 'create'},
  {route: 'uring-mkdir', op: 'create'},
  {route: 'symlink', op: 'create'},
  {route: 'symlinkat', op: 'create'},
  {route: 'uring-symlink', op: 'create'},
  {route: 'mknod', op: 'create'},
  {route: 'mknodat', op: 'create'},
  {route: 'mkfifo', op: 'create'},
  {route: 'bind', op: 'create'},
  {route: 'socketcall-bind', op: 'create'},
  {route: 'uring-bind', op: 'create'},
  {route: 'link-tmpfile', op: 'create'},
  {route: 'link', from: decoy, op: 'create'},
  {route: 'linkat', from: decoy, op: 'create'},
  {route: 'uring-link', from: decoy, op: 'create'},
  {route: 'rename', from: decoy, op: 'rename'},
  {route: 'rename-noreplace', from: decoy, op: 'rename'},
  {route: 'rename-whiteout', from: decoy, op: 'rename'},
];
const creationsOf = (program: Size): readonly Creation[] =>
  CREATIONS.filter(({route}) => programHas(program, route));

describe('a guarded file that is not there yet', () => {
  let rule: number;

  beforeEach(async () => {
    await reset(false);
    const added = await lab.guard.add(secret, {pids: [lab.owner.pid]});
    expect(added.flags).toBe(0);
    rule = added.id;
  });

  describe.each(SIZES)('and a %s', (program) => {
    it.each(creationsOf(program))('cannot be made by $route', async ({route, from, op}) => {
      const names = from === undefined ? [secret] : [from, secret];
      expect(await intruders[program].do(route, ...names)).toBe('EACCES');
      const record = await intruders.watcher.next();
      expect(record).toMatchObject({op, verdict: 'deny', reason: 'rule', rule});
      expect(record.newPath === '' ? record.path : record.newPath).toBe(secret);
      expect(await lab.owner.do('stat', secret)).toBe('ENOENT');
      expect(await lab.owner.show(decoy)).toContain('links=1 mode=33188 size=5 content=decoy');
    });
  });

  it.each(creationsOf('try'))(
    'is guarded when the owner has made it by $route',
    async ({route, from}) => {
      const names = from === undefined ? [secret] : [from, secret];
      expect(await lab.owner.do(route, ...names)).toBe('OK');
      const directory = route.includes('mkdir');
      expect(await lab.intruder.do(directory ? 'rmdir' : 'unlink', secret)).toBe('EACCES');
      await expectEvent('delete', secret);
      expect(await lab.intruder.do('rename', secret, lab.path('moved'))).toBe('EACCES');
      await expectEvent('rename', secret, lab.path('moved'));
      if (!/symlink|mkfifo|bind/.test(route)) {
        expect(await lab.intruder.do(directory ? 'open-dir' : 'open', secret)).toBe('EACCES');
        await expectEvent(directory ? 'list' : 'read', secret);
      }
      expect(await lab.owner.do('stat', secret)).toBe('OK');
    },
  );

  it('is looked for in vain by others', async () => {
    expect(await lab.intruder.do('open', secret)).toBe('ENOENT');
    expect(await lab.intruder.do('unlink', secret)).toBe('ENOENT');
  });

  it('is guarded under a second name that was made before the first', async () => {
    expect(await lab.owner.do('link', decoy, secret)).toBe('OK');
    expect(await lab.intruder.do('open', decoy)).toBe('EACCES');
    await expectEvent('read', decoy);
  });
});

describe('a guarded file', () => {
  beforeEach(async () => {
    await reset(true);
    expect((await lab.guard.add(secret, {pids: [lab.owner.pid]})).flags).toBe(EXISTS);
  });

  it('stays guarded when the owner replaces it', async () => {
    for (const text of ['first', 'second', 'third']) {
      await lab.owner.do('write', lab.path('secret.tmp'), text);
      expect(await lab.owner.do('rename', lab.path('secret.tmp'), secret)).toBe('OK');
      expect(await lab.intruder.do('open', secret)).toBe('EACCES');
      await expectEvent('read', secret);
      expect(await lab.intruder.do('unlink', secret)).toBe('EACCES');
      await expectEvent('delete', secret);
      expect(await lab.owner.show(secret)).toContain(`content=${text}`);
    }
  });

  it('cannot be read through a link made to its replacement beforehand', async () => {
    await lab.owner.do('write', lab.path('secret.tmp'), 'fresh');
    expect(await lab.intruder.do('link', lab.path('secret.tmp'), lab.path('stash'))).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('stash'))).toBe('OK');
    expect(await lab.owner.do('rename', lab.path('secret.tmp'), secret)).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('stash'))).toBe('EACCES');
    await expectEvent('read', lab.path('stash'));
    expect(await lab.intruder.do('handle', lab.path('stash'))).toBe('EACCES');
    // a handle is of the file, whatever its name
    const path: unknown = expect.stringMatching(/\/(secret|stash)$/);
    expect(await intruders.watcher.next()).toMatchObject({op: 'read', verdict: 'deny', path});
    expect(await lab.owner.show(secret)).toContain('content=fresh');
  });

  it('is guarded no longer when the owner moves it, but its name is', async () => {
    expect(await lab.owner.do('rename', secret, lab.path('moved'))).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('moved'))).toBe('OK');
    expect(await lab.intruder.do('open-create', secret)).toBe('EACCES');
    await expectEvent('create', secret);
    expect(await lab.owner.show(lab.path('moved'))).toContain('content=treasure');
    expect(await lab.owner.do('stat', secret)).toBe('ENOENT');
  });

  it('is what the owner exchanges it for', async () => {
    expect(await lab.owner.do('rename-exchange', secret, decoy)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await expectEvent('read', secret);
    expect(await lab.intruder.do('open', decoy)).toBe('OK');
    expect(await lab.owner.show(secret)).toContain('content=decoy');
    expect(await lab.owner.show(decoy)).toContain('content=treasure');
  });

  it('is guarded again after the owner deleted and made it', async () => {
    expect(await lab.owner.do('unlink', secret)).toBe('OK');
    expect(await lab.owner.do('write', secret, 'again')).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await expectEvent('read', secret);
    expect(await lab.owner.show(secret)).toContain('content=again');
  });

  it.each(['EACCES', 'EPERM', 'ENOENT'] as const)('can refuse with %s', async (error) => {
    await lab.guard.add(secret, {error});
    for (const route of ['open', 'unlink', 'truncate', 'openat2', 'uring-open']) {
      expect(await lab.intruder.do(route, secret)).toBe(error);
      expect(await intruders.watcher.next()).toMatchObject({verdict: 'deny', path: secret});
    }
  });

  it('is free again when its rule is gone', async () => {
    await lab.guard.do('del', {path: secret});
    expect(await lab.intruder.do('open-rdwr', secret)).toBe('OK');
  });
});

describe('a rule that only logs', () => {
  beforeEach(() => reset(true));

  it('lets everything through and reports it', async () => {
    const {id: rule} = await lab.guard.add(secret, {otherwise: 'log'});
    const log = await Watcher.start({pids: [lab.intruder.pid]});
    const attempts: [string, Op, string[]][] = [
      ['open', 'read', [secret]],
      ['open-write', 'write', [secret]],
      ['truncate', 'truncate', [secret]],
      ['link', 'link', [secret, lab.path('stash')]],
      ['rename', 'rename', [secret, lab.path('moved')]],
      ['mkdir', 'create', [secret]],
      ['rmdir', 'delete', [secret]],
    ];
    for (const [route, op, names] of attempts) {
      expect([route, await lab.intruder.do(route, ...names)]).toEqual([route, 'OK']);
      expect(await log.next()).toMatchObject({
        op,
        verdict: 'allow',
        reason: 'rule',
        rule,
        path: names[0],
      });
    }
    await log.end();
  });
});

describe('a rule about one operation', () => {
  const ATTEMPTS: [string, Op][] = [
    ['open', 'read'],
    ['open-write', 'write'],
    ['truncate', 'truncate'],
    ['link', 'link'],
    ['rename', 'rename'],
    ['unlink', 'delete'],
  ];
  const second = (route: string): string[] =>
    route === 'link' ? [lab.path('stash')] : route === 'rename' ? [lab.path('moved')] : [];

  /** To take the file where nothing is refused would be a way past the rule. */
  const refusedBy = (op: Op): Op[] => (op === 'rename' ? [op] : [op, 'link', 'rename']);

  it.each(ATTEMPTS.map(([, op]) => op))(
    '%s, refuses that alone, and to take the file elsewhere',
    async (ops) => {
      for (const [route, op] of ATTEMPTS) {
        await reset(true);
        await lab.guard.add(secret, {ops: [ops]});
        const result = await lab.intruder.do(route, secret, ...second(route));
        const refused = refusedBy(ops).includes(op);
        expect([route, result]).toEqual([route, refused ? 'EACCES' : 'OK']);
        if (refused)
          expect(await intruders.watcher.next()).toMatchObject({
            op,
            path: secret,
            detail: op === ops ? 'none' : 'taking',
          });
      }
    },
  );

  it('create, refuses that alone', async () => {
    await reset(false);
    await lab.guard.add(secret, {ops: ['create']});
    expect(await lab.intruder.do('mknod', secret)).toBe('EACCES');
    expect(await intruders.watcher.next()).toMatchObject({op: 'create', path: secret});
    expect(await lab.intruder.do('rename', decoy, secret)).toBe('OK');
    expect(await lab.intruder.do('open-create', secret)).toBe('OK');
  });

  describe.each(SIZES)('and a %s', (program) => {
    it('exec, refuses that alone', async () => {
      await reset(false);
      await vm.ok(`cp ${PROGRAMS}/${program} ${secret}`);
      await lab.guard.add(secret, {ops: ['exec']});
      const before = await lab.owner.show(secret);
      for (const route of ['execve', 'execveat']) {
        expect([route, await intruders[program].do(route, secret)]).toEqual([route, 'EACCES']);
        await expectEvent('exec', secret);
      }
      for (const route of ['open', 'open-rdwr', 'handle', 'openat2'])
        expect([route, await intruders[program].do(route, secret)]).toEqual([route, 'OK']);
      expect(await lab.owner.show(secret)).toBe(before);
    });

    it.each<Op>(['read', 'write'])('%s, lets it be run', async (ops) => {
      await reset(false);
      await vm.ok(`cp ${PROGRAMS}/${program} ${secret}`);
      await lab.guard.add(secret, {ops: [ops]});
      const runner = await Actor.start({program});
      runner.say('execve', secret);
      expect(await runner.do('stat', '/')).toBe('OK');
      expect(await vm.ok(`readlink /proc/${runner.pid}/exe`)).toBe(`${secret}\n`);
      await runner.end();
      expect(await intruders[program].do('open-rdwr', secret)).toBe('EACCES');
      await expectEvent(ops, secret);
    });
  });

  it('reports an open for reading and writing by what the rule is about', async () => {
    await reset(true);
    await lab.guard.add(secret, {ops: ['read']});
    expect(await lab.intruder.do('open-rdwr', secret)).toBe('EACCES');
    expect(await intruders.watcher.next()).toMatchObject({op: 'read', path: secret});
  });
});

describe('what is said of a rule', () => {
  beforeEach(() => reset(true));

  it('a second rule of an object replaces the first and keeps its id', async () => {
    const first = await lab.guard.add(secret, {name: 'one'});
    const second = await lab.guard.add(secret, {pids: [lab.owner.pid], name: 'two'});
    expect(second).toEqual({id: first.id, flags: EXISTS | REPLACED});
    expect(await lab.guard.list()).toMatchObject([{id: first.id, name: 'two', path: secret}]);
  });

  it.each([['by id'], ['by path'], ['by name']])('it can be removed %s', async (how) => {
    const {id} = await lab.guard.add(secret, {name: 'one'});
    const keys = {'by id': {id}, 'by path': {path: secret}, 'by name': {name: 'one'}};
    await lab.guard.do('del', keys[how as keyof typeof keys]);
    expect(await lab.guard.list()).toEqual([]);
    expect(await lab.guard.ask('del', {id})).toMatchObject({
      errno: 'ENOENT',
      message: 'no such rule',
    });
  });

  it('two rules cannot have one name', async () => {
    await lab.guard.add(secret, {name: 'one'});
    expect(await lab.guard.ask('add', {path: decoy, name: 'one'})).toMatchObject({errno: 'EEXIST'});
    expect(await lab.guard.list()).toHaveLength(1);
  });

  it('a bad one is refused with a sentence and changes nothing', async () => {
    const {id} = await lab.guard.add(secret);
    const before = await lab.guard.list();
    const bad = [
      [{path: '/tmp/names/none/x'}, 'ENOENT', 'directory'],
      [{path: '/tmp/names/decoy/x'}, 'ENOTDIR', 'directory'],
      [{path: 'secret'}, 'EINVAL', 'absolute'],
      [{path: '/tmp/names/..'}, 'EINVAL', 'name'],
      [{path: secret, pids: '4000000'}, 'ESRCH', 'pid'],
      [{path: secret, pids: `${lab.owner.pid},4000000`}, 'ESRCH', 'pid'],
      [{path: secret, pids: '0'}, 'ESRCH', 'pid'],
    ] as const;
    for (const [words, errno, sentence] of bad)
      expect(await lab.guard.ask('add', words)).toEqual({
        errno,
        message: expect.stringContaining(sentence),
      });
    expect(await lab.guard.list()).toEqual(before);
    expect(before).toMatchObject([{id}]);
  });

  it('its counters, and those of the status, count every access once', async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
    const before = await lab.guard.status();
    expect(await lab.intruder.do('repeat', 7, 'open', secret)).toBe('EACCES=7');
    expect(await lab.owner.do('repeat', 5, 'open', secret)).toBe('OK=5');
    expect(await lab.guard.list()).toMatchObject([{denied: 7, allowed: 5}]);
    const after = await lab.guard.status();
    expect([after.denied - before.denied, after.allowed - before.allowed]).toEqual([7, 5]);
    await lab.guard.clear();
    expect(await lab.guard.status()).toMatchObject({
      rules: 0,
      denied: after.denied,
      allowed: after.allowed,
    });
    for (let i = 0; i < 7; i++) await intruders.watcher.next();
  });
});
