// SPDX-License-Identifier: MIT
// What is kept of processes that run a script, while a rule asks.
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/scripts/
//   secret   asked about
//   script   has CHILDREN children, which execute nothing
const lab = useLab('scripts');
const [secret, script] = [lab.path('secret'), lab.path('script')];
const CHILDREN = 60;
const TRACING = '/sys/kernel/tracing';

beforeAll(async () => {
  await vm.ok(
    `touch ${secret} && cat >${script} <<'END' && chmod 755 ${script}
#!/bin/sh
left=${CHILDREN}
while [ $left -gt 0 ]; do ( : ) & left=$((left - 1)); done
wait
END`,
  );
  await lab.guard.add(secret, {otherwise: 'ask'});
});

const trace = (name: string) =>
  vm.ok(`cd ${TRACING} && echo ${name} >set_ftrace_filter && echo function >current_tracer`);

const untrace = () => vm.ok(`cd ${TRACING} && echo nop >current_tracer && echo >set_ftrace_filter`);

afterEach(untrace);

afterAll(() => lab.guard.clear());

it('the children share what the script itself has', async () => {
  await trace('fguard_program_follow');
  await vm.ok([script]);
  const calls = Number(await vm.ok(`grep -c fguard_program_follow ${TRACING}/trace`));
  // the programs on the way to it are some, too
  expect(calls).toBeLessThan(CHILDREN / 2);
});

it('all goes when they end, though no other comes', async () => {
  await trace('free_runner');
  await vm.ok([script]);
  await vm.ok(`until [ $(grep -c free_runner ${TRACING}/trace) -ge ${CHILDREN} ]; do :; done`);
});
