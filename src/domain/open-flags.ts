// SPDX-License-Identifier: MIT
import {constants} from 'node:fs';

/* Node knows this machine's numbers of most; the rest are the same on x86-64 and arm64. */
const FLAGS: readonly (readonly [string, number])[] = [
  ['O_WRONLY', constants.O_WRONLY],
  ['O_RDWR', constants.O_RDWR],
  ['O_CREAT', constants.O_CREAT],
  ['O_EXCL', constants.O_EXCL],
  ['O_NOCTTY', constants.O_NOCTTY],
  ['O_TRUNC', constants.O_TRUNC],
  ['O_APPEND', constants.O_APPEND],
  ['O_NONBLOCK', constants.O_NONBLOCK],
  ['O_SYNC', constants.O_SYNC],
  ['O_DSYNC', constants.O_DSYNC],
  ['O_DIRECT', constants.O_DIRECT],
  ['O_TMPFILE', 0o20000000 | constants.O_DIRECTORY],
  ['O_DIRECTORY', constants.O_DIRECTORY],
  ['O_NOFOLLOW', constants.O_NOFOLLOW],
  ['O_NOATIME', constants.O_NOATIME],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
];

const implied = (name: string, flags: number): boolean =>
  (name === 'O_DSYNC' && (flags & constants.O_SYNC) === constants.O_SYNC) ||
  (name === 'O_DIRECTORY' && (flags & 0o20000000) !== 0);

/** The O_* names in open flags; O_RDONLY is 0 and has no name here. */
export function openFlagNames(flags: number): string[] {
  if (flags === 0) return [];
  return FLAGS.filter(([name, bits]) => (flags & bits) === bits && !implied(name, flags)).map(
    ([name]) => name,
  );
}

export type HeldAccess = 'r' | 'w' | 'rw';

/** How a descriptor with these flags may be used; undefined for O_PATH, which reads nothing. */
export function heldAccess(flags: number): HeldAccess | undefined {
  if ((flags & 0o10000000) !== 0) return undefined;
  if ((flags & constants.O_RDWR) !== 0) return 'rw';
  return (flags & constants.O_WRONLY) !== 0 ? 'w' : 'r';
}
