// SPDX-License-Identifier: MIT
// Kernels on which a redirected call goes on as if nothing were: the module is built
// as it would be there, and must not be taken for a guard.
import {appendFileSync, cpSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {makeScratch} from '../../src/lab/scratch.js';
import {json} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {bring} from './helper/other-module.js';
import {REPOSITORY} from './runner/prepare.js';
import {vm} from './runner/shared.js';

// /tmp/selftest/
//   secret            to be guarded
//   unredirected.ko   ours, as it comes out where a call cannot be redirected
const lab = useLab('selftest');
const [secret, unredirected] = [lab.path('secret'), lab.path('unredirected.ko')];
const INSTALLED = '/lib/modules/$(uname -r)/updates/fguard.ko';

const SENTENCE =
  'redirecting a call has no effect on this kernel (357 instead of -13): nothing could be refused';

/** Ours, after what Debian 12 has for arm64 in its header. */
const HEADER = `
#undef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) do { } while (0)
`;

async function build(scratch: string): Promise<void> {
  const sources = path.join(scratch, 'unredirected');
  cpSync(path.join(REPOSITORY, 'kmod'), sources, {recursive: true});
  appendFileSync(path.join(sources, 'compat-include/linux/ftrace.h'), HEADER);
  await bring(sources, 'fguard', unredirected);
}

/** The kernel log since a mark. */
async function logSince(mark: string): Promise<string> {
  const log = await vm.ok('dmesg');
  return log.slice(log.lastIndexOf(mark));
}

beforeAll(async () => {
  const scratch = makeScratch();
  await build(scratch.dir);
  scratch.remove();
  await vm.ok(`touch ${secret} && rmmod fguard`);
});

afterAll(async () => {
  await vm.ok('modprobe fguard');
  await lab.reconnect();
});

it('a kernel that goes on with a redirected call does not take the module, and says why', async () => {
  await vm.ok(`echo 'here it begins' >/dev/kmsg`);
  const {code, stderr} = await vm.run(['insmod', unredirected]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/operation not supported/i)]);
  expect(await logSince('here it begins')).toContain(SENTENCE);
  expect((await vm.run('grep ^fguard /proc/modules')).code).toBe(1);
  expect(await vm.ok('cat /sys/kernel/tracing/enabled_functions')).toBe('');
});

/** Newer kernels let nobody switch ftrace off. */
const canSwitch = (await vm.run('echo 0 >/proc/sys/kernel/ftrace_enabled')).code === 0;
const switchOn = () => vm.ok('echo 1 >/proc/sys/kernel/ftrace_enabled');
if (canSwitch) await switchOn();

it.runIf(canSwitch)('inserted while ftrace is off, it tries before the first hook', async () => {
  await vm.ok(`echo 0 >/proc/sys/kernel/ftrace_enabled && insmod ${unredirected}`);
  await lab.reconnect();
  const off = await lab.guard.ask('add', {path: secret});
  await switchOn();
  const on = await lab.guard.ask('add', {path: secret});
  const rules = await lab.guard.list();
  await vm.ok('rmmod fguard');
  expect(off).toEqual({errno: 'EBUSY', message: 'ftrace is off: kernel.ftrace_enabled is 0'});
  expect(on).toEqual({
    errno: 'EOPNOTSUPP',
    message: expect.stringContaining('redirecting a call has no effect on this kernel') as string,
  });
  expect(rules).toEqual([]);
});

it('`fguard load` passes on why the kernel did not take the module', async () => {
  await vm.ok(`mount --bind ${unredirected} ${INSTALLED}`);
  try {
    expect(await json('fguard load --json', 1)).toMatchObject({
      error: {
        code: 'EINSMOD',
        message: expect.stringContaining(SENTENCE) as string,
      },
    });
  } finally {
    await vm.ok(`umount ${INSTALLED}`);
  }
});
