// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';

import {cleanEnvironment} from '../linux/environment.js';
import {UserError, interrupted, notPermitted} from '../domain/errors.js';
import {withSudo} from '../linux/privilege.js';
import {packageFile} from '../linux/package-root.js';
import {labFolder} from './cache.js';

/* See need_root in scripts/lib.sh. */
const NOT_ROOT = 77;
const TAIL = 20;

export interface ScriptOptions {
  /** Called with each line that it prints as it arrives. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/* Variables by which tests and updates control the scripts, which validate them. */
const TOLD = ['FGUARD_KMOD', 'FGUARD_JOBS', 'FGUARD_UPDATE'];

const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(TOLD.map((name) => [name, process.env[name]])),
  ...cleanEnvironment({FGUARD_CACHE: labFolder()}),
});

function collect(stream: Readable, lines: string[], onLine: (line: string) => void): void {
  createInterface(stream).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
}

function failure(name: string, code: number | null, said: readonly string[]): UserError {
  if (code === NOT_ROOT) return notPermitted(said.at(-1) ?? 'this needs root', [withSudo()]);
  const output = said.slice(-TAIL).join('\n');
  return new UserError('EPREPARE', `cannot prepare the VM: ${name}.sh failed`, {output});
}

/**
 * Runs one of scripts/ and returns what it printed on stdout.
 *
 * @throws UserError with its last output; EPERM if it needs root, EINTR if it was interrupted
 */
export async function runScript(
  name: string,
  args: readonly string[],
  {onLine = () => undefined, signal}: ScriptOptions = {},
): Promise<string> {
  /* In its own process group, so that everything it started can be ended with it. */
  const child = spawn('bash', [packageFile(`scripts/${name}.sh`), ...args], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: signal !== undefined,
  });
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  const [printed, said]: [string[], string[]] = [[], []];
  collect(child.stdout, printed, (line) => {
    said.push(line);
    onLine(line);
  });
  collect(child.stderr, said, onLine);
  signal?.addEventListener('abort', stop, {once: true});
  const [code] = (await once(child, 'close')) as [number | null];
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted === true) throw interrupted();
  if (code !== 0) throw failure(name, code, said);
  return printed.join('\n').trim();
}
