// SPDX-License-Identifier: MIT
// An ordinary user keeps a task in the kernel for ever: whoever waits for all of them to
// leave it, as ftrace does before it lets go of a hook, waits as long.
import {afterAll, beforeAll, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {useShortLinger} from './helper/linger.js';
import {isSince} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/spin/secret
const lab = useLab('spin');
useShortLinger(lab);
const secret = lab.path('secret');
let user: Actor;

beforeAll(async () => {
  await vm.ok(`echo s >${secret}`);
  user = await Actor.start({
    through: ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups'],
  });
});

let hasEnded = false;

async function endUser(): Promise<void> {
  if (!hasEnded) await user.end();
  hasEnded = true;
}

afterAll(endUser);

const idle = () =>
  lab.guard.until(({hooks}) => Object.values(hooks).every((state) => state !== 'active'));

// before, such threads were root's alone
it.skipIf(!isSince('5.11'))('a task that never leaves the kernel delays no rule', async () => {
  expect(await user.do('uring-spin')).toBe('OK');
  for (const rule of [{ops: ['attr']}, {ops: ['read']}, {ops: ['read', 'rename']}] as const) {
    await lab.guard.add(secret, rule);
    if (rule.ops[0] === 'read') expect(await user.do('open', secret)).toBe('EACCES');
    await lab.guard.clear();
    await idle();
    expect(await user.do('open', secret)).toBe('OK');
  }
  const watcher = await Watcher.start({ops: ['read'], all: true, pids: [user.pid]});
  expect(await user.do('open', secret)).toBe('OK');
  expect(await watcher.next()).toMatchObject({path: secret});
  await watcher.end();
});

it.skipIf(!isSince('5.11'))('it is named while the module cannot go because of it', async () => {
  const unload = vm.spawn('fguard unload 2>&1');
  await unload.waitFor(`unloading waits until the io_uring of process ${user.pid} `);
  await endUser();
  expect(await unload.exit).toMatchObject({code: 0});
  await vm.ok('modprobe fguard');
  await lab.reconnect();
});
