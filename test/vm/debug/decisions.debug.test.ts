// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from '../helper/actor.js';
import {useLab} from '../helper/lab.js';
import {Watcher} from '../helper/watcher.js';
import {vm} from '../runner/shared.js';
import {attemptDo, beginFaults, endFaults, untilWhole} from './faults.js';

// /tmp/decisions/
//   secret    "treasure", guarded: the owner gets in
//   decoy     not guarded
//   folder/   guarded
//   a.docx    guarded by its suffix
//   tree/deep/leaf   guarded by its tree
//   mount/{inner,old/}   another filesystem, in which inner is guarded
//   loose/           not guarded
const lab = useLab('decisions');
const at = (name: string): string => lab.path(name);
const secret = at('secret');

afterAll(endFaults);

beforeAll(async () => {
  await beginFaults();
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && chmod 755 secret && printf decoy >decoy && touch a.docx &&
     mkdir -p folder tree/deep mount loose && touch tree/deep/leaf &&
     mount -t tmpfs mount mount && mkdir mount/old && printf inner >mount/inner`,
  );
  expect(await lab.intruder.do('hold', secret)).toBe('OK');
});

afterAll(() => vm.ok(`umount ${at('mount')}`));

afterEach(() => lab.guard.clear());

/** Of what can be seen from outside; what is inside is guarded. */
async function everything(): Promise<string> {
  const found = await vm.run(['find', lab.directory, '-printf', '%p %i %n %m %U %s %y %T@\\n']);
  const mounts = await vm.ok('cat /proc/self/mountinfo');
  return `${found.stdout}${mounts}${await lab.owner.show(secret)}`;
}

describe('somebody whom a rule does not allow', () => {
  let watcher: Watcher;

  beforeEach(async () => {
    const pids = [lab.owner.pid];
    await lab.guard.add(secret, {pids});
    await lab.guard.add(at('folder'), {pids});
    await lab.guard.add(at('tree'), {pids, tree: true});
    await lab.guard.add(undefined, {pids, suffix: '.docx'});
    await lab.guard.add(at('new'), {pids});
    await lab.guard.add(at('mount/inner'), {pids});
    watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });

  afterEach(() => watcher.end());

  it.each([
    'open secret',
    'open-write secret',
    'open-trunc secret',
    'creat secret',
    'openat2 secret',
    'proc-root secret',
    'o-path secret',
    'handle secret',
    'uring-open secret',
    'execve secret',
    'open-create new',
    'mkdir new',
    'mknod new',
    'symlink new secret',
    'mkfifo new',
    'bind new',
    'unlink secret',
    'rmdir folder',
    'rename secret away',
    'rename decoy secret',
    'rename-exchange decoy secret',
    'link secret hard',
    'link decoy new',
    'truncate secret',
    'ftruncate secret',
    'chmod secret',
    'fchmod secret',
    'setflags secret',
    'removexattr secret',
    'setfacl secret',
    'remove-acl secret',
    'chown secret',
    'utimensat secret',
    'setxattr secret',
    'open a.docx',
    'open-create b.docx',
    'open tree/deep/leaf',
    'open-create tree/deep/made',
    'rename tree away',
    'open-dir folder',
    'open-dir tree',
    'mount folder',
    'fsmount folder',
    'mount-bind secret decoy',
    'mount-move mount loose',
    'move-mount mount loose',
    'umount mount',
    'umount-lazy mount',
    'pivot-root mount mount/old',
  ])('is refused for want of memory too: %s', async (attempt) => {
    const [route = '', ...names] = attempt.split(' ');
    const words = [route, ...names.map(at)];
    const before = await everything();
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(lab.intruder, nth, ...words);
      expect(result, `allocation ${nth}`).not.toBe('OK');
      if (!injected) expect(result).toBe('EACCES');
      return injected;
    });
    // a descriptor that is there already has no path to be looked up
    expect(faults).toBeGreaterThan(/^(ftruncate|fchmod|setflags)$/.test(route) ? -1 : 0);
    expect(await everything()).toBe(before);
    expect((await watcher.next()).verdict).toBe('deny');
  });
});

describe('an atomic replace by somebody whom the rule allows', () => {
  beforeEach(async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid]});
  });

  it.each([
    {how: 'rename', names: ['temp', 'secret']},
    {how: 'rename-exchange', names: ['temp', 'secret']},
  ])('is done or not, and the file is guarded by every name: $how', async ({how, names}) => {
    const faults = await untilWhole(async (nth) => {
      expect(await lab.owner.do('write', at('temp'), `version-${nth}`)).toBe('OK');
      const {result, injected} = await attemptDo(lab.owner, nth, how, ...names.map(at));
      const content = await lab.owner.show(secret);
      expect(content.includes(`content=version-${nth}`), result).toBe(result === 'OK');
      await expectGuarded(secret);
      return injected;
    });
    expect(faults).toBeGreaterThan(0);
  });

  it('a file that it creates is guarded by every name', async () => {
    const made = at('made');
    await lab.guard.add(made, {pids: [lab.owner.pid]});
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(lab.owner, nth, 'open-create', made);
      const there = await vm.run(['test', '-e', made]);
      if (result === 'OK') expect(there.code).toBe(0);
      if (there.code === 0) {
        await expectGuarded(made);
        expect(await lab.owner.do('unlink', made)).toBe('OK');
      }
      return injected;
    });
    expect(faults).toBeGreaterThan(0);
  });

  it('another name that it makes is guarded', async () => {
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(lab.owner, nth, 'link', secret, at('hard'));
      if (result === 'OK') {
        expect(await lab.intruder.do('open', at('hard'))).toBe('EACCES');
        expect(await lab.owner.do('unlink', at('hard'))).toBe('OK');
      }
      return injected;
    });
    expect(faults).toBeGreaterThan(0);
  });

  /** By its name, by another name and by its handle. */
  async function expectGuarded(path: string): Promise<void> {
    expect(await lab.intruder.do('open', path)).toBe('EACCES');
    expect(await lab.intruder.do('handle', path)).toBe('EACCES');
    expect(await lab.owner.do('link', path, at('hard'))).toBe('OK');
    expect(await lab.intruder.do('open', at('hard'))).toBe('EACCES');
    expect(await lab.owner.do('unlink', at('hard'))).toBe('OK');
  }
});

describe('a child', () => {
  let parent: Actor;

  beforeEach(async () => {
    parent = await Actor.start();
  });

  afterAll(() => lab.guard.clear());
  afterEach(() => parent.end());

  it('of an allowed process is let in, or refused for want of memory', async () => {
    await lab.guard.add(secret, {pids: [parent.pid], children: true});
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(parent, nth, 'child', 'open', secret);
      expect(injected ? ['OK', 'EACCES', 'ENOMEM', 'EAGAIN'] : ['OK']).toContain(result);
      return injected;
    });
    expect(faults).toBeGreaterThan(10);
  });

  it('of a process that is not allowed never is', async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid], children: true});
    await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(parent, nth, 'child', 'open', secret);
      expect(result).not.toBe('OK');
      return injected;
    });
  });
});
