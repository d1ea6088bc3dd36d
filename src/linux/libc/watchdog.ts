// SPDX-License-Identifier: MIT
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';

/* If one step takes longer than this, the main thread is considered stuck. */
const PATIENCE = 60_000;

/** The data that the thread starts with. */
export interface WatchdogSetup {
  /** The service manager's socket. */
  path: string;
  /** Milliseconds between messages. */
  interval: number;
  /** How long the main thread may go without a sign of life, in milliseconds. */
  patience: number;
  /** [0] counts signs of life of the main thread. */
  beats: Int32Array;
}

export interface Watchdog {
  stop(): void;
}

/**
 * Sends keep-alive messages to the service manager from a separate thread, so that a long
 * step of the main thread does not delay them, unless it never ends.
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
