// SPDX-License-Identifier: MIT
import {interrupted} from '../domain/errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that Ctrl-C and similar signals abort; afterwards, their handlers are restored. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const {signal} = controller;
  const abort = (): void => {
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  try {
    const result = await work(signal);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}
