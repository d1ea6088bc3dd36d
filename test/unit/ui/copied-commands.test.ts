// SPDX-License-Identifier: MIT
/* Commands that are printed to be copied: they do what they say where names hold anything. */
import {execFileSync} from 'node:child_process';
import {expect, it} from 'vitest';

import {UserError} from '../../../src/domain/errors.js';
import {shellWord} from '../../../src/domain/shell-word.js';
import {renderChecks} from '../../../src/ui/checks-table.js';
import {failureText} from '../../../src/ui/failure.js';

const NAME = "a\u001b[2J\n\r\u009b\u202e\\x b'";
const COMMAND = `printf %s ${shellWord(NAME)}`;

const check = {title: 'saved rules', state: 'failed', detail: '', fix: COMMAND} as const;

it.each([
  ['doctor', renderChecks([check], Infinity)],
  ['an error', failureText(new UserError('EUNSAFE', 'others', {next: [COMMAND]}))],
])('%s prints a command that can be copied', (_who, text) => {
  const command = /try: (.*)$/.exec(text)?.[1] ?? '';
  expect(execFileSync('bash', ['-c', command], {encoding: 'utf8'})).toBe(NAME);
});

it('what is no quoted word stays on its line', () => {
  const text = failureText(new UserError('EUNSAFE', 'others', {next: ['ls a\nb\u001b[2J']}));
  expect(text).toBe('fguard: others\n  try: ls a\\nb\\x1b[2J');
});
