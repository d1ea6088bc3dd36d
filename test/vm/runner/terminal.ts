// SPDX-License-Identifier: MIT
import type {Vm} from './vm.js';

function size(): {rows: number; columns: number} {
  return {rows: process.stdout.rows || 24, columns: process.stdout.columns || 80};
}

/** Gives this terminal to a shell in the guest; gives its exit code and the terminal back. */
export async function attachTerminal(
  vm: Vm,
  command: readonly string[] = ['bash', '-i'],
): Promise<number> {
  const env = {TERM: process.env['TERM'] ?? 'xterm', COLORTERM: process.env['COLORTERM'] ?? ''};
  const shell = vm.spawn(command, {terminal: size(), env, cwd: '/root'});
  const type = (data: Buffer): void => shell.write(data);
  const resize = (): void => shell.resize(size().rows, size().columns);
  shell.on('data', (data) => process.stdout.write(data));
  process.stdin.on('data', type);
  process.stdout.on('resize', resize);
  process.stdin.setRawMode?.(true);
  process.stdin.resume();
  try {
    return (await shell.exit).code ?? 1;
  } finally {
    process.stdin.setRawMode?.(false);
    process.stdin.off('data', type).pause();
    process.stdout.off('resize', resize);
  }
}
