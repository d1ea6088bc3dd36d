// SPDX-License-Identifier: MIT
/*
 * Reading /proc/PID/cmdline, environ, maps and similar files accesses the memory of that
 * process, which can make us wait forever, for example with a FUSE file system. Such reads
 * therefore have a time limit. Each one that never ends occupies a thread of Node's pool,
 * so after several of them no more are started.
 */
import {readFile} from 'node:fs/promises';

import {decodePath} from '../domain/text.js';
import {hardExit} from './libc/index.js';

const PATIENCE = 1000;
const STUCK_MAX = 2;

let stuck = 0;
let isPrepared = false;

/* A normal exit would wait for the stuck threads. */
async function prepareEnd(): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  const exit = await hardExit();
  process.on('exit', (code) => {
    if (stuck > 0) exit(code);
  });
}

/** Waits, with a time limit, for an operation that another process may block; undefined: it timed out. */
export function patiently<T>(look: () => Promise<T>): Promise<T | undefined> {
  if (stuck >= STUCK_MAX) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      stuck++;
      void prepareEnd();
      resolve(undefined);
    }, PATIENCE);
    const ended = (): void => {
      clearTimeout(timer);
      if (isLate) stuck--;
    };
    look().finally(ended).then(resolve, reject);
  });
}

/** The maps file of a process; '' if it cannot be read, undefined if reading timed out. */
export const readMaps = (pid: number): Promise<string | undefined> =>
  patiently(() => readFile(`/proc/${pid}/maps`).then(decodePath, () => ''));
