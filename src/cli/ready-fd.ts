// SPDX-License-Identifier: MIT
/* Notifies scripts that watching or answering has started. */
import * as Flags from '@oclif/core/flags';
import {closeSync, fstatSync, readdirSync, readlinkSync, writeSync} from 'node:fs';

import {wrongUsage} from '../domain/errors.js';
import {openFlags} from '../linux/proc.js';

export const readyFlag = Flags.string({
  description:
    'write the line "ready" to this file descriptor, such as a pipe, and close it, once every later event is seen',
  helpValue: 'N',
});

/* Lower numbers are standard input, output and error. */
const FIRST = 3;

const ACCESS_MODE = 3;

const isForWriting = (fd: number): boolean => (openFlags('self', fd) & ACCESS_MODE) !== 0;

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/*
 * Node has internal pipes with both ends in this process; a wrong number may hit one of them.
 * Standard output may be the same pipe as the descriptor.
 */
function isOurs(fd: number): boolean {
  const link = linkOf(String(fd));
  const others = readdirSync('/proc/self/fd').filter(
    (other) => Number(other) >= FIRST && other !== String(fd),
  );
  return link.startsWith('pipe:') && others.some((other) => linkOf(other) === link);
}

function isUsable(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    const isKnown = [found.isFIFO(), found.isSocket(), found.isFile(), found.isCharacterDevice()];
    return isKnown.includes(true) && isForWriting(fd) && !isOurs(fd);
  } catch {
    return false;
  }
}

/** Returns the function to call once we are ready. */
export function toReady(text: string | undefined): () => void {
  if (text === undefined) return () => undefined;
  const fd = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(fd >= FIRST))
    throw wrongUsage(`--ready-fd ${text}: expected a file descriptor number of at least ${FIRST}`);
  if (!isUsable(fd))
    throw wrongUsage(`--ready-fd ${text}: this file descriptor is not open for writing`);
  return () => {
    tellReady(fd);
  };
}

/* If the reader is gone, there is nobody to notify. */
function tellReady(fd: number): void {
  try {
    writeSync(fd, 'ready\n');
  } catch {
    /* no reader */
  } finally {
    closeSync(fd);
  }
}
