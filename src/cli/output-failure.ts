// SPDX-License-Identifier: MIT
import {EXIT} from '../domain/errors.js';

type Listener = (error: NodeJS.ErrnoException) => void;

/** A reader that stops early is not an error: `fguard rules | head -1`. */
export const outputFailed: Listener = (error) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`fguard: cannot write the output: ${error.message}\n`);
  process.exit(EXIT.failed);
};

/** Calls back if writing to standard output fails. */
export function listenForLoss(failed: Listener): void {
  /* oclif's own listener throws, which would end a process without stopping its threads. */
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', failed);
  process.stderr.removeAllListeners('error');
  process.stderr.on('error', () => undefined);
}
