// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

import {decodePath} from '../domain/text.js';

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
