// SPDX-License-Identifier: MIT
import type {Vm} from '../../test/vm/runner/vm.js';
import {showCommand, showOutput} from './say.js';

export const FILE = '/tmp/secret.txt';

export interface Attempt {
  command: string;
  /** The operation that the kernel reports is one of these. */
  ops: readonly string[];
}

/** Attempts by other processes; each must be denied. */
export const ATTEMPTS: readonly Attempt[] = [
  {command: `cat ${FILE}`, ops: ['read']},
  {command: `echo overwritten > ${FILE}`, ops: ['write', 'truncate']},
  {command: `mv ${FILE} ${FILE}.old`, ops: ['rename']},
  {command: `ln ${FILE} ${FILE}.copy`, ops: ['link']},
  {command: `cp /etc/hostname /tmp/other.txt && mv -f /tmp/other.txt ${FILE}`, ops: ['rename']},
  {command: `cd /tmp && cat ../proc/self/root/tmp/./secret.txt`, ops: ['read']},
  {command: `rm -f ${FILE}`, ops: ['delete']},
];

export async function tryAttempt(vm: Vm, {command}: Attempt): Promise<void> {
  showCommand(command);
  const result = await vm.run(command, {cwd: '/root'});
  showOutput({...result, stderr: result.stderr.replace(/^bash: line \d+: /, '')});
  if (result.code === 0) throw new Error(`\`${command}\` was allowed`);
  if (!result.stderr.includes('Permission denied'))
    throw new Error(`\`${command}\` failed, but not because of permissions: ${result.stderr}`);
}
