// SPDX-License-Identifier: MIT
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';

/* A step of work that takes longer than this is taken for one without an end. */
const PATIENCE = 60_000;

/** What the thread needs to begin. */
export interface WatchdogSetup {
  /** The service manager's socket. */
  path: string;
  /** Milliseconds from word to word. */
  interval: number;
  /** For how long the main thread may be at work without a sign of life. */
  patience: number;
  /** [0] counts the signs of life of the main thread. */
  beats: Int32Array;
}

export interface Watchdog {
  stop(): void;
}

/**
 * Tells a service manager that we live, from a thread of its own: what the main
 * thread is at does not hold up the word, unless it has no end.
 */
export function startWatchdog(path: string, interval: number): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WatchdogSetup = {path, interval, patience: PATIENCE, beats};
  const file = `./watchdog-thread${extname(import.meta.url)}`;
  const worker = new Worker(new URL(file, import.meta.url), {workerData});
  worker.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), interval);
  return {
    stop: () => {
      clearInterval(timer);
      void worker.terminate();
    },
  };
}
