// SPDX-License-Identifier: MIT
// Boots a kernel and runs one command in it:
//   npx tsx test/vm/run.ts KERNEL [--] COMMAND…   (one argument: a shell line)
// Without a command: a shell. Ends with the command's code, or 1 if the kernel
// log shows trouble.
import {interruptible} from '../../src/lab/interruptible.js';
import {attachPipes} from '../../src/lab/pipes.js';
import {attachTerminal} from './runner/terminal.js';
import {Vm} from './runner/vm.js';

function parse(args: string[]): {kernel: string; command: string[]} {
  const [kernel, ...rest] = args;
  if (kernel === undefined) throw new Error('usage: run.ts KERNEL [--] [COMMAND…]');
  return {kernel, command: rest[0] === '--' ? rest.slice(1) : rest};
}

async function runCommand(vm: Vm, command: string[]): Promise<number> {
  const {code, signal} = await attachPipes(vm, command.length === 1 ? (command[0] ?? '') : command);
  if (signal !== null) process.stderr.write(`ended by ${signal}\n`);
  return code;
}

async function main(): Promise<number> {
  const {kernel, command} = parse(process.argv.slice(2));
  const vm = await interruptible((signal) => Vm.boot({kernel, signal}));
  try {
    const code =
      command.length > 0 ? await runCommand(vm, command) : (await attachTerminal(vm)).code;
    await vm.shutdown();
    return code;
  } finally {
    await vm.kill();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
