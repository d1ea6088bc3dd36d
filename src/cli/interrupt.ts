// SPDX-License-Identifier: MIT
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Aborted by Ctrl-C and its kin, for work that has something to put away first;
 * the reason is the name of the signal.
 */
export function interruptSignal(signals = SIGNALS): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals)
    process.once(signal, () => {
      controller.abort(signal);
    });
  return controller.signal;
}
