// SPDX-License-Identifier: MIT
import chalk from 'chalk';
import type {Vm} from '../../test/vm/runner/vm.js';
import {say} from './say.js';

export interface Keeper {
  pid: number;
  /** Makes the process read the file, which must yield that line. */
  mustRead(file: string, line: string): Promise<void>;
}

/** Reads files on request, within its own process, and prints their first lines. */
const PROGRAM = `printf keeper > /proc/self/comm
while read -r file; do
  line=; read -r line < "$file" && echo "read: $line" || echo "refused"
done`;

export async function startKeeper(vm: Vm): Promise<Keeper> {
  const process = vm.spawn(PROGRAM);
  const pid = await process.pid;
  say(`  the keeper is process ${pid}`);
  const mustRead = async (file: string, line: string): Promise<void> => {
    process.write(`${file}\n`);
    const answer = await process.waitFor(/^(?:read: (.*)|refused)\n/m);
    if (answer[1] !== line) throw new Error(`the keeper could not read ${file}: ${answer[0]}`);
    say(`  ${chalk.green('✓')} the keeper reads ${file}: ${line}`);
  };
  return {pid, mustRead};
}
