// SPDX-License-Identifier: MIT
/* Runs the built command line against the library without a kernel. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

import {ROOT, buildFakeLibrary} from './compile.js';

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export const FAKE = buildFakeLibrary();

type Env = Record<string, string>;

type Input = 'ignore' | 'pipe';

const run = (program: string, args: readonly string[], env: Env, stdin: Input): ChildProcess =>
  spawn(program, args, {
    env: {...process.env, FGUARD_LIBRARY: FAKE, ...env},
    stdio: [stdin, 'pipe', 'pipe'],
  });

export const start = (
  args: readonly string[],
  env: Env = {},
  stdin: Input = 'ignore',
): ChildProcess => run(process.execPath, [`${ROOT}bin/run.js`, ...args], env, stdin);

/** Runs a script in which "$0" "$1" is the command line and "$2" the first of the words. */
export const startShell = (
  script: string,
  words: readonly string[] = [],
  env: Env = {},
): ChildProcess =>
  run('/bin/sh', ['-c', script, process.execPath, `${ROOT}bin/run.js`, ...words], env, 'ignore');

/** Everything a process printed, and how it ended. */
export function finish(child: ChildProcess): Promise<Result> {
  const result = {stdout: '', stderr: ''};
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (result.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (result.stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({code, ...result})));
}

export const fguard = (args: readonly string[], env: Env = {}): Promise<Result> =>
  finish(start(args, env));

/** The next line that a process prints, each time it is called. */
export function lineReader(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new Error('its output is no pipe');
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  return async () => {
    const next = await lines.next();
    if (next.done === true) throw new Error('it printed no line more');
    return next.value;
  };
}

/** Resolves once the process has written this on stderr. */
export function saysOnStderr(child: ChildProcess, text: string): Promise<void> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(`ended without saying "${text}"`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
  });
}
