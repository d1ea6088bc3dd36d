// SPDX-License-Identifier: MIT
import chalk from 'chalk';
import type {CommandOptions, Result, Vm} from '../../test/vm/runner/vm.js';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function title(text: string): void {
  say(`\n${chalk.bold(text)}`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ');
}

/** Output as a person would see it: on a terminal, if there is one here, minus our margin. */
export function terminalOptions(): CommandOptions {
  if (chalk.level === 0) return {};
  const columns = Math.max(process.stdout.columns - 4 || 116, 40);
  return {env: {TERM: 'xterm-256color'}, terminal: {rows: 50, columns}};
}

/** Shows a command as it would be typed. */
export function showCommand(command: string): void {
  say(`${chalk.dim('  $')} ${command}`);
}

export function showOutput({stdout, stderr}: Result): void {
  const text = indent((stdout + stderr).replaceAll('\r', ''));
  if (text.trim()) say(text);
}

/** Runs a command that must succeed, and prints it with its output. */
export async function shell(vm: Vm, command: string): Promise<void> {
  showCommand(command);
  const result = await vm.run(command, {...terminalOptions(), cwd: '/root'});
  showOutput(result);
  if (result.code !== 0)
    throw new Error(`\`${command}\` ended with ${result.code ?? result.signal ?? '?'}`);
}
