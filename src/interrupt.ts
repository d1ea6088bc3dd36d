// SPDX-License-Identifier: MIT
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted by Ctrl-C and its kin, for work that has something to put away first. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS)
    process.once(signal, () => {
      controller.abort();
    });
  return controller.signal;
}
