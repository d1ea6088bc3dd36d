// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

import {decodePath} from '../domain/text.js';
import {wrongUsage} from '../domain/errors.js';

/**
 * The words of our command line in our encoding. Node decodes them as UTF-8, which
 * loses bytes that are not UTF-8. The kernel still has the original words; they are
 * counted from the end, because Node's own options come first.
 */
export function exactArguments(words: readonly string[], cmdline = ownCommandLine): string[] {
  if (!words.some((word) => word.includes('\ufffd'))) return [...words];
  const originals = cmdline().slice(-words.length);
  return words.map((word, at) => {
    const original = originals[at];
    return original?.toString('utf8') === word ? decodePath(original) : word;
  });
}

/** The words of a line before one of them, or all. */
export const wordsBefore = (end: string, line: readonly string[]): readonly string[] =>
  line.includes(end) ? line.slice(0, line.indexOf(end)) : line;

/**
 * The command in a line such as `run --protect PATH -- CMD...`.
 *
 * @param line all words after the name of our command
 * @param positional those of them that are not flags
 * @throws UserError if one of these comes before --
 */
export function commandBehind(line: readonly string[], positional: readonly unknown[]): string[] {
  const command = line.includes('--') ? line.slice(line.indexOf('--') + 1) : [];
  if (command.length === positional.length) return command;
  throw wrongUsage('put the command after --');
}

function ownCommandLine(): Buffer[] {
  const parts: Buffer[] = [];
  const bytes = readFileSync('/proc/self/cmdline');
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}
