// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {FGUARD_TTL_MAX} from '../../src/domain/uapi.gen.js';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {useShortLinger} from './helper/linger.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/grants/
//   secret     guarded, and open to everybody as far as its mode goes
//   program    a copy of what the actors run; hard: another name of it
const lab = useLab('grants');
const secret = lab.path('secret');
const program = lab.path('program');
const TRY = path.join(PROGRAMS, 'try');
const CGROUP = '/sys/fs/cgroup/fguard-grants';

beforeAll(async () => {
  await vm.ok(`printf treasure >${secret} && chmod 666 ${secret}`);
});

afterEach(async () => {
  await lab.guard.clear();
  expect(await vm.ok(`cat ${secret}`)).toBe('treasure');
});

const gets = (...words: (string | number)[]): Promise<string> =>
  lab.intruder.do(...words, 'open-rdwr', secret);

describe('users and groups', () => {
  it('a user is one by the real uid', async () => {
    await lab.guard.add(secret, {uids: [4711, 4712]});
    expect(await gets('as', 'uid', 4711)).toBe('OK');
    expect(await gets('as', 'uid', 4712)).toBe('OK');
    expect(await gets('as', 'uid', 4713)).toBe('EACCES');
    expect(await gets('as', 'euid', 4711)).toBe('EACCES');
    expect(await gets()).toBe('EACCES');
  });

  it('root is a user like others', async () => {
    await lab.guard.add(secret, {uids: [0]});
    expect(await gets()).toBe('OK');
    expect(await gets('as', 'euid', 4711)).toBe('OK');
    expect(await gets('as', 'uid', 4711)).toBe('EACCES');
  });

  it('a group is one by the real gid or a supplementary one', async () => {
    await lab.guard.add(secret, {gids: [815]});
    expect(await gets('as', 'gid', 815)).toBe('OK');
    expect(await gets('as', 'group', 815)).toBe('OK');
    expect(await gets('as', 'gid', 816)).toBe('EACCES');
    expect(await gets('as', 'group', 816)).toBe('EACCES');
    expect(await gets()).toBe('EACCES');
  });

  it('a group is found among all that a task may have', async () => {
    for (const gid of [1, 815, 131_071]) {
      await lab.guard.add(secret, {gids: [gid]});
      expect([gid, await gets('as', 'groups', gid)]).toEqual([gid, 'OK']);
      expect([gid, await gets('as', 'groups', gid + 1)]).toEqual([gid, 'EACCES']);
    }
  });

  it('a login is one by the login uid, whatever the user', async () => {
    await lab.guard.add(secret, {loginuids: [1000]});
    expect(await gets('as', 'login', 1000)).toBe('OK');
    expect(await gets('as', 'login', 1001)).toBe('EACCES');
    expect(await gets('as', 'uid', 1000)).toBe('EACCES');
    expect(await gets()).toBe('EACCES');
  });

  it('a login is not what somebody says of himself', async () => {
    const through = ['setpriv', '--reuid=4242', '--clear-groups'];
    const stranger = await Actor.start({through});
    await lab.guard.add(secret, {loginuids: [1000]});
    expect(await stranger.do('as', 'login', 1000, 'open', secret)).toBe('EUSERS');
    await lab.guard.clear();
    await lab.guard.add(secret, {uids: [1000]});
    // At once, though the hook stays for a while.
    expect(await stranger.do('as', 'login', 1000, 'stat', '/')).toBe('OK');
    await stranger.end();
  });

  it('several kinds must all hold', async () => {
    await lab.guard.add(secret, {uids: [0], loginuids: [1000]});
    expect(await gets('as', 'login', 1000)).toBe('OK');
    expect(await gets()).toBe('EACCES');
    await lab.guard.add(secret, {gids: [0], uids: [4711]});
    expect(await gets('as', 'uid', 4711)).toBe('OK');
    expect(await gets('as', 'gid', 0)).toBe('EACCES');
  });

  it('are listed as they were given', async () => {
    await lab.guard.add(secret, {uids: [0, 7], gids: [8], loginuids: [9], ttl: 3_600_000});
    expect(await lab.guard.list()).toMatchObject([{uids: [0, 7], gids: [8], loginuids: [9]}]);
    expect((await lab.guard.list())[0]?.ttl).toBeGreaterThan(3_000_000);
  });
});

describe('executables', () => {
  let inside: Actor;

  beforeEach(async () => {
    await lab.guard.clear();
    await vm.ok(
      `cd ${lab.directory} && rm -f ${program} new copy moved && cp ${TRY} ${program} && ln -f ${program} hard`,
    );
    inside = await Actor.start({program});
    await lab.guard.add(secret, {exes: [program]});
  });

  afterEach(() => inside.end());

  const opens = async (file: string): Promise<string> => {
    const actor = await Actor.start({program: file});
    const result = await actor.do('open-rdwr', secret);
    await actor.end();
    return result;
  };

  it('let in who runs them, from before the rule and after', async () => {
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    expect(await opens(program)).toBe('OK');
    expect(await inside.do('child', 'open-rdwr', secret)).toBe('OK');
  });

  it('are one by the inode: another name counts, a copy does not', async () => {
    expect(await opens(lab.path('hard'))).toBe('OK');
    await vm.ok(`cp ${program} ${lab.path('copy')}`);
    expect(await opens(lab.path('copy'))).toBe('EACCES');
    expect(await gets()).toBe('EACCES');
  });

  const NEW = lab.path('new');
  const EXE_PENDING = 256;

  const isPending = async (): Promise<boolean> =>
    (await lab.guard.list()).some(({flags}) => (flags & EXE_PENDING) !== 0);

  it.each([
    ['is renamed over it', `mv ${NEW} ${program}`],
    ['is put there after it was removed', `rm ${program} && mv ${NEW} ${program}`],
    ['is made there after it was removed', `rm ${program} && cp ${NEW} ${program}`],
    ['gets its name as another one', `rm ${program} && ln ${NEW} ${program}`],
  ])('are followed to what %s', async (_, command) => {
    await vm.ok(`cp ${program} ${NEW} && cp ${program} ${lab.path('copy')} && ${command}`);
    expect(await opens(program)).toBe('OK');
    expect(await opens(lab.path('copy'))).toBe('EACCES');
    await lab.guard.add(secret, {exes: [program]});
    expect(await opens(program)).toBe('OK');
  });

  it('let those in who ran them when they were replaced, and nobody who does later', async () => {
    const child = await inside.do('child', 'open-rdwr', secret);
    await vm.ok(`cp ${program} ${NEW} && mv ${NEW} ${program}`);
    expect([child, await inside.do('child', 'open-rdwr', secret)]).toEqual(['OK', 'OK']);
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    expect(await opens(lab.path('hard'))).toBe('EACCES');
    expect(await opens(`/proc/${inside.pid}/exe`)).toBe('EACCES');
    // Made anew, the rule means the same.
    await lab.guard.set(secret, {exes: [program]});
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    expect(await opens(lab.path('hard'))).toBe('EACCES');
    expect(await opens(program)).toBe('OK');
    inside.say('execve', lab.path('hard'));
    expect(await inside.do('stat', '/')).toBe('OK');
    expect(await inside.do('open-rdwr', secret)).toBe('EACCES');
  });

  // With dirsync a rename waits for the disk between what it does to the inodes and to the names.
  describe('on a disk that is written at once', () => {
    const disk = lab.path('disk');
    const at = (name: string): string => `${disk}/${name}`;

    beforeAll(async () => {
      await vm.ok(
        `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 32M image &&
         mkfs.ext4 -q image && mkdir disk && mount -o loop,dirsync image disk`,
      );
    });

    afterAll(async () => {
      await vm.ok(['umount', disk]);
    });

    it.each([
      ['are replaced', ['rename', at('new'), at('program')]],
      ['are removed', ['unlink', at('program')]],
    ])('let those in who run them while they %s', async (_, change) => {
      await vm.ok(`cp ${TRY} ${at('program')} && cp ${TRY} ${at('new')}`);
      await lab.guard.set(secret, {exes: [at('program')]});
      const service = await Actor.start({program: at('program')});
      expect(await service.do('throughout', secret, ...change)).toBe('OK');
      expect(await service.do('open-rdwr', secret)).toBe('OK');
      await service.end();
    });
  });

  it('let those in, however many run later what was replaced', async () => {
    await vm.ok(`cp ${program} ${NEW} && mv ${NEW} ${program}`);
    await vm.ok(`cd ${lab.directory} && mkfifo orders && exec 9<>orders && chmod 755 hard
      for i in $(seq 80); do setpriv --reuid=4242 --clear-groups ./hard <orders & done
      until [ $(grep -lx hard /proc/[0-9]*/comm 2>/dev/null | wc -l) = 80 ]; do :; done
      kill $(jobs -p); wait; rm orders`);
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    expect(await opens(lab.path('hard'))).toBe('EACCES');
  });

  it('do not count under another name, nor what a failed rename would have put there', async () => {
    await vm.ok(`cp ${program} ${NEW} && mv ${program} ${lab.path('moved')}`);
    expect(await opens(lab.path('moved'))).toBe('EACCES');
    expect(await lab.intruder.do('rename-noreplace', NEW, lab.path('moved'))).toBe('EEXIST');
    expect(await opens(NEW)).toBe('EACCES');
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    await vm.ok(`mv ${lab.path('moved')} ${program}`);
    expect(await opens(program)).toBe('OK');
  });

  it.each([
    ['is not there yet', program],
    ['has no directory yet', lab.path('nowhere/program')],
  ])('let in nobody while what they name %s', async (_, absent) => {
    await vm.ok(`mv ${program} ${NEW}`);
    await lab.guard.clear();
    await lab.guard.add(secret, {exes: [absent]});
    expect(await isPending()).toBe(true);
    expect(await gets()).toBe('EACCES');
    expect(await inside.do('open-rdwr', secret)).toBe('EACCES');
    expect(await opens(NEW)).toBe('EACCES');
  });

  it('let in whoever runs what comes to be there', async () => {
    await vm.ok(`mv ${program} ${NEW}`);
    await lab.guard.clear();
    await lab.guard.add(secret, {exes: [program]});
    expect(await isPending()).toBe(true);
    await vm.ok(`mv ${NEW} ${program}`);
    expect(await isPending()).toBe(false);
    expect(await opens(program)).toBe('OK');
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
  });

  /** By what it runs, which has no name. */
  async function expectNameless(actor: Actor, exe: string): Promise<void> {
    const watcher = await Watcher.start({verdict: 'deny', pids: [actor.pid]});
    for (const [route, op] of [
      ['open-rdwr', 'write'],
      ['open', 'read'],
      ['unlink', 'delete'],
    ] as const)
      await expectRefusal({
        actor,
        watcher,
        words: [route, secret],
        op,
        path: secret,
        unchanged: () => vm.ok(['stat', '-c', '%i %h %s %a %Y', secret]),
      });
    expect(await vm.ok(`readlink /proc/${actor.pid}/exe`)).toBe(`${exe} (deleted)\n`);
    expect(await actor.do('open-trunc', secret)).toBe('EACCES');
    expect((await watcher.next()).exe).toContain(exe);
    await watcher.end();
  }

  it('do not count when deleted before the rule', async () => {
    await lab.guard.clear();
    await vm.ok(`rm ${program} ${lab.path('hard')}`);
    await lab.guard.add(secret, {exes: [program]});
    await expectNameless(inside, program);
  });

  it('do not count when they never had a name', async () => {
    const nameless = await Actor.start();
    const fd = await nameless.do('memfd');
    await lab.guard.add(secret, {exes: [`/proc/${nameless.pid}/fd/${fd}`]});
    nameless.say('execve', `/proc/self/fd/${fd}`);
    expect(await nameless.do('stat', '/')).toBe('OK');
    await expectNameless(nameless, '/memfd:try');
    await nameless.end();
  });

  it('end with exec of something else, and begin with it', async () => {
    inside.say('execve', TRY);
    expect(await inside.do('stat', '/')).toBe('OK');
    expect(await inside.do('open-rdwr', secret)).toBe('EACCES');
    inside.say('execve', program);
    expect(await inside.do('stat', '/')).toBe('OK');
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
  });

  it('and pids must both hold', async () => {
    await lab.guard.add(secret, {exes: [program], pids: [inside.pid, lab.intruder.pid]});
    expect(await inside.do('open-rdwr', secret)).toBe('OK');
    expect(await gets()).toBe('EACCES');
    expect(await opens(program)).toBe('EACCES');
    inside.say('execve', TRY);
    expect(await inside.do('stat', '/')).toBe('OK');
    const watcher = await Watcher.start({verdict: 'deny', pids: [inside.pid]});
    expect(await inside.do('open-rdwr', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'write', path: secret, exe: TRY});
    await watcher.end();
  });
});

describe('cgroups', () => {
  beforeAll(() => vm.ok(`mkdir -p ${CGROUP}/below/more ${CGROUP}-not`));

  it('let in who is in them or below them', async () => {
    await lab.guard.add(secret, {cgroups: [CGROUP]});
    expect(await lab.guard.list()).toMatchObject([{cgroups: {[CGROUP]: CGROUP}}]);
    expect(await gets('as', 'cgroup', CGROUP)).toBe('OK');
    expect(await gets('as', 'cgroup', `${CGROUP}/below`)).toBe('OK');
    expect(await gets('as', 'cgroup', `${CGROUP}/below/more`)).toBe('OK');
    expect(await gets('as', 'cgroup', `${CGROUP}-not`)).toBe('EACCES');
    expect(await gets()).toBe('EACCES');
  });

  it('let in who is in one that was made anew in their place, as a unit that is restarted is', async () => {
    await lab.guard.add(secret, {cgroups: [`${CGROUP}/below`]});
    await vm.ok(
      `cd ${CGROUP} && rmdir below/more below && mkdir -p below/more && mkdir belowing above`,
    );
    expect(await gets('as', 'cgroup', `${CGROUP}/below`)).toBe('OK');
    expect(await gets('as', 'cgroup', `${CGROUP}/below/more`)).toBe('OK');
    expect(await gets('as', 'cgroup', `${CGROUP}/belowing`)).toBe('EACCES');
    expect(await gets('as', 'cgroup', `${CGROUP}/above`)).toBe('EACCES');
    expect(await gets('as', 'cgroup', CGROUP)).toBe('EACCES');
  });

  it('do not let in who is above them', async () => {
    await lab.guard.add(secret, {cgroups: [`${CGROUP}/below`]});
    expect(await gets('as', 'cgroup', CGROUP)).toBe('EACCES');
    expect(await gets('as', 'cgroup', `${CGROUP}/below/more`)).toBe('OK');
  });

  it('are directories of the cgroup filesystem', async () => {
    expect(await lab.guard.ask('add', {path: secret, cgroup: '/tmp'})).toMatchObject({
      errno: 'EINVAL',
    });
    expect(await lab.guard.ask('add', {path: secret, cgroup: `${CGROUP}/none`})).toMatchObject({
      errno: 'ENOENT',
    });
  });
});

describe('children', () => {
  let parent: Actor;

  beforeEach(async () => {
    parent = await Actor.start();
  });

  afterEach(() => parent.end());

  const allow = () => lab.guard.add(secret, {pids: [parent.pid], children: true});

  it('of an allowed process are let in, and theirs, and keep it through exec', async () => {
    await allow();
    for (let generation = 0; generation < 3; generation++) {
      expect(await parent.do('fork')).toBe('OK');
      expect(await parent.do('open-rdwr', secret)).toBe('OK');
      expect(await parent.do('thread', 'open-rdwr', secret)).toBe('OK');
    }
    expect(await parent.number()).not.toBe(parent.pid);
    parent.say('execve', TRY);
    expect(await parent.do('stat', '/')).toBe('OK');
    expect(await parent.do('open-rdwr', secret)).toBe('OK');
    expect(await gets()).toBe('EACCES');
  });

  it('are let in when whoever was between is dead', async () => {
    await allow();
    expect(await parent.do('orphan')).toBe('OK');
    expect(await parent.do('open-rdwr', secret)).toBe('OK');
    expect(await parent.do('orphan')).toBe('OK');
    expect(await parent.do('child', 'open-rdwr', secret)).toBe('OK');
  });

  it('from before the rule are not let in, nor are theirs', async () => {
    expect(await parent.do('fork')).toBe('OK');
    await allow();
    expect(await parent.do('open-rdwr', secret)).toBe('EACCES');
    expect(await parent.do('fork')).toBe('OK');
    expect(await parent.do('open-rdwr', secret)).toBe('EACCES');
  });

  it('are not let in where the rule does not say so', async () => {
    await lab.guard.add(secret, {pids: [parent.pid]});
    expect(await parent.do('open-rdwr', secret)).toBe('OK');
    expect(await parent.do('fork')).toBe('OK');
    expect(await parent.do('open-rdwr', secret)).toBe('EACCES');
  });

  it('lose it with the rule', async () => {
    await allow();
    expect(await parent.do('fork')).toBe('OK');
    expect(await parent.do('open-rdwr', secret)).toBe('OK');
    await lab.guard.add(secret, {pids: [lab.owner.pid], children: true});
    expect(await parent.do('open-rdwr', secret)).toBe('EACCES');
    await allow();
    expect(await parent.do('open-rdwr', secret)).toBe('EACCES');
  });
});

describe('the end of a rule', () => {
  it('comes with the last of its processes, if it is until their exit', async () => {
    const [one, other] = [await Actor.start(), await Actor.start()];
    await lab.guard.add(secret, {pids: [one.pid, other.pid], untilExit: true});
    await one.end();
    expect(await gets()).toBe('EACCES');
    expect(await lab.guard.list()).toHaveLength(1);
    expect(await other.do('open', secret)).toBe('OK');
    await other.end();
    await lab.guard.untilEmpty();
    expect(await gets()).toBe('OK');
  });

  it('does not come with a process where it is not until their exit', async () => {
    const [one, other] = [await Actor.start(), await Actor.start()];
    await lab.guard.add(secret, {pids: [one.pid]});
    await lab.guard.add(lab.path('other'), {pids: [other.pid], untilExit: true});
    await one.end();
    await other.end();
    await lab.guard.until(({rules}) => rules === 1);
    expect(await lab.guard.list()).toMatchObject([{path: secret}]);
    expect(await gets()).toBe('EACCES');
  });

  it('comes after its time, and not before', async () => {
    const ttl = 1500 * PATIENCE;
    const before = Date.now();
    await lab.guard.add(secret, {ttl});
    expect(await gets()).toBe('EACCES');
    expect((await lab.guard.list())[0]?.ttl).toBeLessThanOrEqual(ttl);
    await lab.guard.untilEmpty();
    expect(Date.now() - before).toBeGreaterThanOrEqual(ttl - 100);
    expect(await gets()).toBe('OK');
  });

  it('comes to each rule in its own time', async () => {
    await lab.guard.add(secret, {ttl: 3_600_000});
    await lab.guard.add(lab.path('short'), {ttl: 100});
    await lab.guard.add(lab.path('ever'));
    await lab.guard.until(({rules}) => rules === 2);
    expect((await lab.guard.list()).map((rule) => rule.path)).toEqual([secret, lab.path('ever')]);
    await lab.guard.add(secret, {ttl: 100});
    await lab.guard.until(({rules}) => rules === 1);
  });

  it('does not come early after the longest time there is', async () => {
    await lab.guard.add(secret, {ttl: FGUARD_TTL_MAX});
    await lab.guard.add(lab.path('short'), {ttl: 100});
    await lab.guard.until(({rules}) => rules === 1);
    const [rule] = await lab.guard.list();
    expect(rule?.path).toBe(secret);
    expect(rule?.ttl).toBeGreaterThan(FGUARD_TTL_MAX - 86_400_000);
    expect(await gets()).toBe('EACCES');
  });

  describe('soon', () => {
    useShortLinger(lab);

    it('takes the hooks along', async () => {
      await lab.guard.add(secret, {ttl: 500 * PATIENCE, ops: ['read']});
      expect((await lab.guard.status()).hooks.security_file_open).toBe('active');
      await lab.guard.until(({hooks}) => Object.values(hooks).every((state) => state !== 'active'));
    });
  });
});
