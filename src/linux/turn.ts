// SPDX-License-Identifier: MIT

/**
 * Lets timers, signals and whatever else waits have their turn. To await what has
 * happened already does not: a stream that never runs dry would keep them out.
 */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
