// SPDX-License-Identifier: MIT
import {type CommandEnd, type GuestProcess, commandEnd} from './process.js';
import type {Command, CommandOptions, Vm} from './vm.js';

const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/* A slow reader slows the guest down instead of filling the memory of this process. */
function pass(vm: Vm, data: Buffer, to: NodeJS.WriteStream): void {
  if (to.write(data) || to.listenerCount('drain') > 0) return;
  vm.pause();
  to.once('drain', () => vm.resume());
}

function connect(vm: Vm, command: GuestProcess): () => void {
  const {stdin} = process;
  const forward = (signal: NodeJS.Signals): void => command.kill(signal);
  const write = (data: Buffer): void => command.write(data);
  const end = (): void => command.end();
  command.on('data', (data) => pass(vm, data, process.stdout));
  command.on('errorData', (data) => pass(vm, data, process.stderr));
  for (const signal of SIGNALS) process.on(signal, forward);
  stdin.on('data', write).on('end', end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward);
    stdin.off('data', write).off('end', end).pause();
  };
}

/** Runs a command in the guest with this process's input, output and signals. */
export async function attachPipes(
  vm: Vm,
  command: Command,
  options: CommandOptions = {},
): Promise<CommandEnd> {
  const child = vm.spawn(command, {...options, keep: false});
  const disconnect = connect(vm, child);
  try {
    return commandEnd(await child.exit);
  } finally {
    disconnect();
  }
}
