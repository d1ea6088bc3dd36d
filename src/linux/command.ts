// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';

import {cleanEnvironment, searchPath} from './environment.js';
import {findProgram} from './find-program.js';
import {LineSplitter} from './lines.js';
import {fileErrorText} from '../domain/errno.js';
import {UserError, interrupted} from '../domain/errors.js';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Called with each line of stdout as it arrives. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
  /** Variables besides those that every program gets. */
  env?: NodeJS.ProcessEnv;
}

/** Which Debian package contains a program. */
const PACKAGES: Record<string, string> = {
  insmod: 'kmod',
  rmmod: 'kmod',
  modinfo: 'kmod',
  depmod: 'kmod',
  make: 'make',
  flock: 'util-linux',
  openssl: 'openssl',
};

/** Whether a program is in PATH, or at the given path. */
export function hasProgram(name: string): boolean {
  return findProgram(name, searchPath()) !== undefined;
}

function startFailure(program: string, error: NodeJS.ErrnoException): Error {
  if (error.name === 'AbortError') return interrupted();
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    /* For root, the cause is a rule about the program or about /dev/null. */
    const next = ['sudo fguard rules'];
    return new UserError(error.code, `cannot start ${program}: ${fileErrorText('EACCES')}`, {next});
  }
  if (error.code !== 'ENOENT') return error;
  const name = PACKAGES[program];
  const next = name === undefined ? [] : [`sudo apt install ${name}`];
  return new UserError('ENOPROGRAM', `the program ${program} is not installed`, {next});
}

/** Runs a program to its end and returns what it printed. */
export function runCommand(
  program: string,
  args: readonly string[],
  {onLine, signal, env}: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : {signal}),
    });
    const result = {stdout: '', stderr: ''};
    const lines = new LineSplitter();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      result.stdout += chunk;
      lines.add(chunk).forEach((line) => onLine?.(line));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (result.stderr += chunk));
    child.on('error', (error) => {
      reject(startFailure(program, error));
    });
    child.on('close', (code) => {
      if (signal?.aborted === true) reject(interrupted());
      else resolve({code: code ?? 1, ...result});
    });
  });
}
