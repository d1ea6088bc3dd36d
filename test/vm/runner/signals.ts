// SPDX-License-Identifier: MIT
import {constants} from 'node:os';

/** Lets a program that is told to end clean up as if it had ended by itself. */
export function exitOnSignals(signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals)
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
