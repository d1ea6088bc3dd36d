// SPDX-License-Identifier: MIT
import {type Completable, bashCompletion} from './completion.js';
import type {Vm} from './vm.js';

const RC = '/run/fguard.rc';
const PROMPT = `PS1='\\[\\e[36m\\]fguard-vm\\[\\e[0m\\]:\\w# '\n`;

/** The command for a shell in the guest that completes our commands. */
export async function shellCommand(
  vm: Vm,
  commands: readonly Completable[],
): Promise<readonly string[]> {
  await vm.run(`cat > ${RC}`, {input: PROMPT + bashCompletion(commands), cwd: '/'});
  return ['bash', '--rcfile', RC, '-i'];
}
