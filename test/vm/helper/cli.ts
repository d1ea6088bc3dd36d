// SPDX-License-Identifier: MIT
import {expect} from 'vitest';
import {vm} from '../runner/shared.js';

/** The JSON document that a command prints, which ends with this code. */
export async function json(command: string, code = 0): Promise<unknown> {
  const result = await vm.run(command);
  expect([command, result.code, result.stderr]).toEqual([command, code, expect.any(String)]);
  return JSON.parse(result.stdout);
}

/** What a command prints on a terminal of so many columns, without its colours. */
export async function onTerminal(command: string, columns: number): Promise<string[]> {
  const shown = await vm.spawn(command, {terminal: {rows: 50, columns}}).exit;
  expect([command, shown.code]).toEqual([command, 0]);
  return shown.stdout.replace(/\u001b\[[\d;]*m/g, '').split('\r\n');
}
