// SPDX-License-Identifier: MIT
// A lock lasts until restart, so this file has a machine of its own.
import {afterAll, beforeAll, describe, expect, inject, it} from 'vitest';
import {PATIENCE} from './runner/patience.js';
import {QUICK} from './runner/quick.js';
import {type GuestProcess, Vm} from './runner/vm.js';

// /tmp/lock/
//   secret   guarded
//   short    guarded until a process ends
//   other    not guarded
const [SECRET, SHORT, OTHER] = ['secret', 'short', 'other'].map((name) => `/tmp/lock/${name}`);
const NOBODY = 'HOME=/tmp setpriv --reuid=65534 --regid=65534 --clear-groups';

let machine: Vm;

beforeAll(async () => {
  machine = await Vm.boot({kernel: inject('kernel'), append: QUICK});
  await machine.ok(`mkdir -p /tmp/lock && cd /tmp/lock && touch secret short other`);
});

// Whose module cannot be removed, as a search for leaks would.
afterAll(async () => {
  if (!inject('kernel').endsWith('-debug')) return machine.shutdown();
  await machine.checkKernelLog();
  await machine.kill();
});

/** The JSON document that a command prints, which ends with this code. */
async function json(command: string, code = 0): Promise<unknown> {
  const result = await machine.run(`${command} --json`);
  expect([command, result.code, result.stderr]).toEqual([command, code, expect.any(String)]);
  return JSON.parse(result.stdout);
}

interface Status {
  module: {locked: boolean};
  rules: number;
  subscribers: number;
}

const status = async (): Promise<Status> => (await json('fguard status')) as Status;

async function until(reached: (now: Status) => boolean): Promise<void> {
  const deadline = Date.now() + 120_000 * PATIENCE;
  for (;;) {
    const now = await status();
    if (reached(now)) return;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(now)}`);
  }
}

const refused = (sentence: string): object => ({
  error: {code: 'EPERM', message: expect.stringContaining(sentence), next: []},
});

describe('before the lock', () => {
  it('fguard.nolock=1 on the command line of the kernel is the way back in', async () => {
    await machine.ok(
      `sed 's/$/ fguard.nolock=1/' /proc/cmdline >/tmp/cmdline && mount --bind /tmp/cmdline /proc/cmdline`,
    );
    await json('fguard load');
    await machine.ok('umount /proc/cmdline');
    expect(await json('fguard lock', 4)).toMatchObject(refused('nolock=1'));
    expect(await status()).toMatchObject({module: {locked: false}});
    await json('fguard unload');
  });

  it('it needs the right', async () => {
    await json('fguard load');
    expect(await json(`${NOBODY} fguard lock`, 4)).toMatchObject({error: {code: 'EPERM'}});
    expect(await status()).toMatchObject({module: {locked: false}});
  });
});

describe('once locked', () => {
  let keeper: GuestProcess;

  beforeAll(async () => {
    keeper = machine.spawn(['sleep', 'infinity']);
    const pid = await keeper.pid;
    await json(`fguard protect ${SECRET}`);
    await json(`fguard protect ${SHORT} --pid ${pid} --until-exit`);
    const locked = await json('fguard lock');
    expect(locked).toMatchObject({module: {locked: true}, changed: true, rules: 2});
  });

  it.each([`protect ${OTHER}`, `protect ${SECRET}`, `unprotect ${SECRET}`, 'clear'])(
    '%s is refused with a sentence, and changes nothing',
    async (words) => {
      const before = await json('fguard rules');
      expect(await json(`fguard ${words}`, 4)).toMatchObject(refused('locked'));
      expect(await json('fguard rules')).toEqual(before);
      expect((await machine.run(['cat', SECRET ?? ''])).code).not.toBe(0);
    },
  );

  it.each(['rmmod fguard', 'rmmod --force fguard', 'modprobe -r fguard'])(
    '%s does not remove it',
    async (command) => {
      expect((await machine.run(command)).code).not.toBe(0);
      expect(await status()).toMatchObject({module: {locked: true}, rules: 2});
    },
  );

  it('shows as a module that is used, by itself', async () => {
    expect(await machine.ok('cat /proc/modules')).toMatch(/^fguard \d+ \d+ fguard, Live /m);
  });

  it.each(['', ' --force'])('unload%s says that it stays', async (flag) => {
    expect(await json(`fguard unload${flag}`, 1)).toMatchObject({error: {code: 'ELOCKED'}});
    expect(await status()).toMatchObject({rules: 2});
  });

  it('locking again is no error, and load finds it there', async () => {
    expect(await json('fguard lock')).toMatchObject({changed: false, module: {locked: true}});
    expect(await json('fguard load')).toMatchObject({changed: false, module: {locked: true}});
  });

  it('it is watched as before', async () => {
    const watch = machine.spawn(['fguard', 'watch', '--json', '--count', '1']);
    await until(({subscribers}) => subscribers === 1);
    await machine.run(['cat', SECRET ?? '']);
    const {code, stdout} = await watch.exit;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({path: SECRET, verdict: 'deny'});
  });

  it('a rule still ends by itself', async () => {
    keeper.kill('SIGKILL');
    await keeper.exit;
    await until(({rules}) => rules === 1);
    await machine.ok(['cat', SHORT ?? '']);
  });
});
