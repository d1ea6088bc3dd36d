// SPDX-License-Identifier: MIT
import chalk from 'chalk';
import type {Result, Vm} from '../../test/vm/runner/vm.js';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function title(text: string): void {
  say(`\n${chalk.bold(text)}`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ');
}

/** Shows a command as it would be typed. */
export function showCommand(command: string): void {
  say(`${chalk.dim('  $')} ${command}`);
}

export function showOutput({stdout, stderr}: Result): void {
  const text = indent(stdout + stderr);
  if (text.trim()) say(text);
}

/** Runs a command that must succeed, and shows it with its output. */
export async function shell(vm: Vm, command: string): Promise<void> {
  showCommand(command);
  const env: Record<string, string> = chalk.level > 0 ? {FORCE_COLOR: '1'} : {};
  const result = await vm.run(command, {env, cwd: '/root'});
  showOutput(result);
  if (result.code !== 0)
    throw new Error(`\`${command}\` ended with ${result.code ?? result.signal ?? '?'}`);
}
