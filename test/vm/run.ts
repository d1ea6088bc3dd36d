// SPDX-License-Identifier: MIT
// Boots a kernel and runs one command in it:
//   npx tsx test/vm/run.ts KERNEL [--] COMMAND…   (one argument: a shell line)
// Without a command: a shell. Ends with the command's code, or 1 if the kernel
// log shows trouble.
import {exitOnSignals} from './runner/signals.js';
import {attachTerminal} from './runner/terminal.js';
import {Vm} from './runner/vm.js';

function parse(args: string[]): {kernel: string; command: string[]} {
  const [kernel, ...rest] = args;
  if (kernel === undefined) throw new Error('usage: run.ts KERNEL [--] [COMMAND…]');
  return {kernel, command: rest[0] === '--' ? rest.slice(1) : rest};
}

async function runCommand(vm: Vm, command: string[]): Promise<number> {
  const line = command.length === 1 ? command[0] : undefined;
  const child = vm.spawn(line ?? command);
  child.on('data', (data) => process.stdout.write(data));
  child.on('errorLine', (text) => process.stderr.write(`${text}\n`));
  process.on('SIGINT', () => child.kill('SIGINT'));
  if (process.stdin.isTTY) child.end();
  else process.stdin.on('data', (data: Buffer) => child.write(data)).on('end', () => child.end());
  const {code, signal} = await child.exit;
  process.stdin.pause();
  if (signal) process.stderr.write(`ended by ${signal}\n`);
  return code ?? 1;
}

async function main(): Promise<number> {
  const {kernel, command} = parse(process.argv.slice(2));
  // an interrupt is for the command
  exitOnSignals(['SIGTERM', 'SIGHUP']);
  const vm = await Vm.boot({kernel});
  try {
    const code = command.length > 0 ? await runCommand(vm, command) : await attachTerminal(vm);
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
