// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

/** Whether a process is there, and has not ended. */
export const isRunning = (pid: number): boolean => {
  try {
    const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
};
