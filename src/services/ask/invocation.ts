// SPDX-License-Identifier: MIT
import {constants} from 'node:fs';
import {type FileHandle, open, readlink} from 'node:fs/promises';

import {type Invocation, NO_INVOCATION, type Question} from '../../domain/question.js';
import {decodePath} from '../../domain/text.js';
import {patiently} from '../../linux/patient.js';
import {startTicks, ticksNow} from '../../linux/proc.js';

/* Longer command lines are truncated, and marked so. */
const ARGS_BYTES = 32_768;

const STAT_BYTES = 4096;

const NANOSECONDS_PER_TICK = 10_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/* Both clocks are read one after the other, in steps of a tick. */
const TOLERANCE = 100_000_000n;

async function readStart(path: string, size: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(size);
    let used = 0;
    for (let got = 1; got > 0 && used < size; used += got)
      got = (await file.read(buffer, used, size - used)).bytesRead;
    return buffer.subarray(0, used);
  } finally {
    await file.close();
  }
}

/* A process that began after the request is a different one with the same number. */
async function isWaiter(folder: string, asked: bigint): Promise<boolean> {
  const start = startTicks((await readStart(`${folder}/stat`, STAT_BYTES)).toString('latin1'));
  const age = BigInt(ticksNow() - Number(start)) * NANOSECONDS_PER_TICK;
  const began = BigInt(Date.now()) * NANOSECONDS_PER_MILLISECOND - age;
  return began <= asked + TOLERANCE;
}

async function readArgs(folder: string): Promise<Pick<Invocation, 'args' | 'argsCut'>> {
  const bytes = await readStart(`${folder}/cmdline`, ARGS_BYTES + 1);
  const argsCut = bytes.length > ARGS_BYTES;
  const text = decodePath(bytes.subarray(0, ARGS_BYTES));
  if (text === '') return {args: [], argsCut};
  /* Each argument ends with a NUL, unless the text was cut or the process has overwritten it. */
  return {args: (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0'), argsCut};
}

async function readCwd(folder: string, tid: number): Promise<string | null> {
  try {
    return decodePath(await readlink(`${folder}/task/${tid}/cwd`, {encoding: 'buffer'}));
  } catch {
    return null;
  }
}

/* All reads are about the same process, because an open directory of /proc belongs to one. */
async function readAll({pid, tid, time}: Question): Promise<Invocation> {
  let process: FileHandle | undefined;
  try {
    process = await open(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
    const folder = `/proc/self/fd/${process.fd}`;
    if (!(await isWaiter(folder, time))) return NO_INVOCATION;
    return {...(await readArgs(folder)), cwd: await readCwd(folder, tid)};
  } catch {
    return NO_INVOCATION;
  } finally {
    await process?.close();
  }
}

/**
 * Reads from /proc how the waiting process was started, and its directory. It
 * waits meanwhile, but it controls what it shows about itself.
 */
export const readInvocation = async (question: Question): Promise<Invocation> =>
  (await patiently(() => readAll(question))) ?? NO_INVOCATION;
