// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';
import type {ReadStream} from 'node:tty';

import {type CommandEnd, type GuestProcess, commandEnd} from './process.js';
import type {CommandOptions, Vm} from './vm.js';

/* SIGHUP ends a shell; SIGTERM does not. */
const SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

function size(): {rows: number; columns: number} {
  const {rows, columns} = process.stdout;
  return {rows: rows || 24, columns: columns || 80};
}

const terminalEnvironment = (): Record<string, string> => ({
  TERM: process.env.TERM ?? 'xterm',
  COLORTERM: process.env.COLORTERM ?? '',
});

/* When tests attach it, stdin may not be a terminal. */
const isTerminal = (stdin: Readable): stdin is ReadStream => 'setRawMode' in stdin;

function connect(command: GuestProcess): () => void {
  const {stdin, stdout} = process;
  const type = (data: Buffer): void => command.write(data);
  const resize = (): void => command.resize(size().rows, size().columns);
  const hangUp = (): void => command.kill('SIGHUP');
  command.on('data', (data) => stdout.write(data));
  stdin.on('data', type);
  stdout.on('resize', resize);
  for (const signal of SIGNALS) process.on(signal, hangUp);
  if (isTerminal(stdin)) stdin.setRawMode(true);
  stdin.resume();
  return () => {
    if (isTerminal(stdin)) stdin.setRawMode(false);
    stdin.off('data', type).pause();
    stdout.off('resize', resize);
    for (const signal of SIGNALS) process.off(signal, hangUp);
  };
}

/** Connects this terminal to a command in the guest, by default a shell, until it ends. */
export async function attachTerminal(
  vm: Vm,
  command: readonly string[] = ['bash', '-i'],
  {cwd = '/root', env = {}}: CommandOptions = {},
): Promise<CommandEnd> {
  const all = {...terminalEnvironment(), ...env};
  const child = vm.spawn(command, {terminal: size(), env: all, cwd, keep: false});
  const disconnect = connect(child);
  try {
    return commandEnd(await child.exit);
  } finally {
    disconnect();
  }
}
