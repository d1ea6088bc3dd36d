// SPDX-License-Identifier: MIT
import {CLIError, ExitError} from '@oclif/core/errors';
import {stripVTControlCharacters} from 'node:util';

import {escapeCommand, escapeLines, escapeText} from '../domain/text.js';
import {UserError, wrongUsage} from '../domain/errors.js';

/* oclif appends its own advice to a parser's message; ours has next steps instead. */
const parserMessage = (message: string): string =>
  stripVTControlCharacters(message)
    .replace(/\n\nNote: [^]*$/, '')
    .replace(/\nSee more help with --help$/, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();

/** The user's error for a thrown value; undefined for a bug in this program. */
export function toUserError(error: unknown, helpCommand: string): UserError | undefined {
  if (error instanceof UserError) return error;
  if (error instanceof CLIError && !(error instanceof ExitError))
    return wrongUsage(parserMessage(error.message), [helpCommand]);
  return undefined;
}

const BUG = 'EBUG';

export function failureDocument(error: unknown, known: UserError | undefined) {
  if (known !== undefined) {
    const message = known.output === '' ? known.message : `${known.message}\n${known.output}`;
    return {error: {code: known.code, message, next: [...known.next]}};
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {error: {code: BUG, message, next: []}};
}

/** An error for a person: what is wrong, the output of the other program, what to do. */
export function failureText(error: UserError): string {
  const lines = [`fguard: ${escapeText(error.message)}`];
  if (error.output !== '') lines.push(escapeLines(error.output));
  lines.push(...error.next.map((command) => `  try: ${escapeCommand(command)}`));
  return lines.join('\n');
}
