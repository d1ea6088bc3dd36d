// SPDX-License-Identifier: MIT
/* Saved rules about files of real software, and what tells whether they are active. */
import {dirname} from 'node:path';

import {expect} from 'vitest';

import type {Vm} from '../runner/vm.js';
import {RULES} from './guarded.js';
import {write} from './machine.js';

interface Listed {
  match: {path: string | null; suffix: string | null};
  pending: string | null;
}

/** Saves rules, by lines of their file, as all that there are, and has the service apply them. */
export async function save(vm: Vm, ...rules: string[]): Promise<void> {
  await vm.ok(`mkdir -p ${dirname(RULES)}`);
  await write(vm, RULES, ['rules:', ...rules.map((rule) => `  - ${rule}`)].join('\n'));
  await vm.ok('systemctl reload-or-restart fguard');
}

/** Why rules are pending, by their path. */
export async function pending(vm: Vm): Promise<Record<string, string>> {
  const {rules} = JSON.parse(await vm.ok('fguard rules --json')) as {rules: Listed[]};
  const found = rules.flatMap(({match, pending}) =>
    pending === null ? [] : [[String(match.path), pending]],
  );
  return Object.fromEntries(found) as Record<string, string>;
}

/** What a monitor is told; events may have been lost, which is not about rules. */
export async function problems(vm: Vm): Promise<string[]> {
  const {stdout} = await vm.run('fguard status --check --json');
  const found = (JSON.parse(stdout) as {problems: string[]}).problems;
  return found.filter((line) => !line.includes('lost since the last check'));
}

/** All saved rules are active, and none waits for anything. */
export async function expectWhole(vm: Vm): Promise<void> {
  expect(await pending(vm)).toEqual({});
  expect(await problems(vm)).toEqual([]);
}

/** A shell command is refused one of its files. */
export async function expectRefused(vm: Vm, ...commands: string[]): Promise<void> {
  for (const command of commands) {
    const {code, stderr} = await vm.run(command);
    expect([command, code === 0, stderr]).toEqual([
      command,
      false,
      expect.stringMatching(/Permission denied/i),
    ]);
  }
}
