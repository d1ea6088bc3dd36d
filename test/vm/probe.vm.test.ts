// SPDX-License-Identifier: MIT
// A tracer's probe at a function that is hooked. The module finds its functions by
// probes of its own, which the kernel joins with those that are there.
import {afterEach, beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/probe/secret   guarded
const lab = useLab('probe');
const secret = lab.path('secret');
const TRACING = '/sys/kernel/tracing';
const EVENT = 'fguard_probe';
const ENABLE = `${TRACING}/events/kprobes/${EVENT}/enable`;

const probe = () =>
  vm.ok(`echo 'p:${EVENT} security_file_open' >${TRACING}/kprobe_events && echo 1 >${ENABLE}`);

async function hits(): Promise<number> {
  const [, , count] = (await vm.ok(`grep -w ${EVENT} ${TRACING}/kprobe_profile`)).split(/\s+/);
  return Number(count);
}

async function expectBoth(): Promise<void> {
  const before = await hits();
  expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  expect(await hits()).toBeGreaterThan(before);
}

beforeAll(() => vm.ok(`touch ${secret}`));
afterEach(() => vm.ok(`echo 0 >${ENABLE} && echo >${TRACING}/kprobe_events`));

it('goes on when the module is loaded and unloaded, and stops no refusal', async () => {
  await probe();
  await vm.ok('rmmod fguard && modprobe fguard');
  await lab.reconnect();
  await lab.guard.add(secret);
  await expectBoth();
  await lab.guard.clear();
  await vm.ok('rmmod fguard');
  const before = await hits();
  expect(await lab.intruder.do('open', secret)).toBe('OK');
  expect(await hits()).toBeGreaterThan(before);
  await vm.ok('modprobe fguard');
  await lab.reconnect();
});

it('may come while the function is hooked', async () => {
  await lab.guard.add(secret);
  await probe();
  await expectBoth();
});
