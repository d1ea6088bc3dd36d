// SPDX-License-Identifier: MIT
/*
 * To read /proc/PID/cmdline, environ, maps and their kin waits for the memory of that
 * process, which it can keep from us for as long as it likes, such as by a filesystem
 * of its own. So it is done aside and each time has its end; there is no further one
 * where several never ended: they hold threads that all others need.
 */
import {readFile} from 'node:fs/promises';

import {decodePath} from '../domain/text.js';
import {hardExit} from './libc/index.js';

const PATIENCE = 1000;
const STUCK_MAX = 2;

let stuck = 0;
let isPrepared = false;

/* The end of a process waits for all its threads. */
async function prepareEnd(): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  const exit = await hardExit();
  process.on('exit', (code) => {
    if (stuck > 0) exit(code);
  });
}

/** Waits for what another process may hold up, for a moment; undefined: it did not answer. */
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

/** What a process has mapped; '' where it is not for us to see, undefined if it does not answer. */
export const readMaps = (pid: number): Promise<string | undefined> =>
  patiently(() => readFile(`/proc/${pid}/maps`).then(decodePath, () => ''));
