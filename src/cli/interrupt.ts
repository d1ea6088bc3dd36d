// SPDX-License-Identifier: MIT
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * A signal that Ctrl-C, SIGTERM and SIGHUP abort, for work that has to clean up first.
 * Its reason is the name of the signal.
 */
export function interruptSignal(signals = SIGNALS): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals)
    process.once(signal, () => {
      controller.abort(signal);
    });
  return controller.signal;
}
