// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

import {decodePath} from '../domain/text.js';
import {wrongUsage} from '../errors.js';

/**
 * An argument in our encoding. Node decodes the command line as UTF-8 and so
 * loses the bytes of names that are not; the kernel still has them.
 */
export function exactArgument(argument: string, cmdline = ownCommandLine): string {
  if (!argument.includes('\ufffd')) return argument;
  const lossy = (text: Buffer): string => text.toString('utf8');
  const original = cmdline().find((bytes) => lossy(bytes) === argument);
  return original === undefined ? argument : decodePath(original);
}

/**
 * The command in a line such as `run --protect PATH -- CMD...`.
 *
 * @param line all words behind our own command's name
 * @param positional those of them that are no flags
 * @throws UserError if not all of these stand behind --
 */
export function commandBehind(line: readonly string[], positional: readonly unknown[]): string[] {
  const command = line.includes('--') ? line.slice(line.indexOf('--') + 1) : [];
  if (command.length === positional.length) return command;
  throw wrongUsage('the command to run stands behind --');
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
