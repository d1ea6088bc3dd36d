// SPDX-License-Identifier: MIT

/**
 * Lets timers, signals and other events run. Awaiting a settled promise does not, so
 * a stream that always has data would starve them.
 */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
