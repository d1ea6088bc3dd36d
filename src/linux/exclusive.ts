// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, constants, fchmodSync, openSync} from 'node:fs';
import {createInterface} from 'node:readline';

import {cleanEnvironment} from './environment.js';
import {fileErrorText} from '../domain/errno.js';
import {UserError, interrupted} from '../domain/errors.js';
import {hasProgram} from './command.js';
import {errorCode} from './files.js';

/* In a directory where only root can create files. */
const LOCK_FILE = '/run/fguard-rebuild.lock';

/* Reports that it has the lock, and holds it until its input ends, at the latest with this process. */
const HOLDER = ['sh', '-c', 'echo locked && exec cat'];
const TAKEN = 75;

/** Releases the lock. */
type Release = () => Promise<void>;

/* A process that can open the file can lock it, and could block all builds. */
function makeLockFile(file: string): void {
  try {
    const fd = openSync(file, constants.O_CREAT | constants.O_RDONLY | constants.O_NOFOLLOW, 0o600);
    fchmodSync(fd, 0o600);
    closeSync(fd);
  } catch (error) {
    throw new UserError('ELOCK', `cannot lock ${file}: ${fileErrorText(errorCode(error))}`);
  }
}

function requireTime(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted();
}

/* The kernel releases this lock when the process ends, in whatever way. */
async function lock(
  file: string,
  signal: AbortSignal,
  how: string[],
): Promise<Release | undefined> {
  requireTime(signal);
  /* In its own session, Ctrl-C does not end it while this process still cleans up. */
  const holder = spawn('flock', [...how, file, ...HOLDER], {
    env: cleanEnvironment(),
    stdio: 'pipe',
    detached: true,
  });
  const ended = once(holder, 'close') as Promise<[number | null]>;
  const said: string[] = [];
  holder.stderr.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
  const give = (): void => {
    holder.kill();
  };
  signal.addEventListener('abort', give, {once: true});
  const locked = once(createInterface(holder.stdout), 'line').then(() => true as const);
  const end = await Promise.race([locked, ended.then(([code]) => code)]);
  signal.removeEventListener('abort', give);
  if (end === true)
    return async () => {
      holder.stdin.end();
      await ended;
    };
  requireTime(signal);
  if (end === TAKEN) return undefined;
  throw new UserError('ELOCK', `cannot lock ${file}: ${said.join('').trim()}`);
}

/** Runs a function while no other process does the same. */
export async function exclusively<T>(
  use: () => Promise<T>,
  onWait: () => void,
  signal: AbortSignal,
  file = LOCK_FILE,
): Promise<T> {
  if (!hasProgram('flock'))
    throw new UserError('ENOPROGRAM', 'the program flock is not installed', {
      next: ['sudo apt install util-linux'],
    });
  makeLockFile(file);
  let release = await lock(file, signal, ['--nonblock', `--conflict-exit-code=${TAKEN}`]);
  if (release === undefined) onWait();
  release ??= await lock(file, signal, []);
  try {
    return await use();
  } finally {
    await release?.();
  }
}
