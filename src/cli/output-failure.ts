// SPDX-License-Identifier: MIT
import {EXIT} from '../domain/errors.js';

type Listener = (error: NodeJS.ErrnoException) => void;

/** `fguard rules | head -1`: a reader that stops has seen enough. */
export const outputFailed: Listener = (error) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`fguard: cannot write the output: ${error.message}\n`);
  process.exit(EXIT.failed);
};

/** Calls back if standard output fails. */
export function listenForLoss(failed: Listener): void {
  /* oclif's own listener throws, which would end a process that has a thread without ending that. */
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', failed);
  process.stderr.removeAllListeners('error');
  process.stderr.on('error', () => undefined);
}
