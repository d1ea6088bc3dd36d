// SPDX-License-Identifier: MIT
import {createInterface} from 'node:readline';

const QUESTION = 'Keep the new rules? Enter keeps them, n brings the former ones back: ';

const inForce = (time: string): string =>
  `The new rules are in force. Unless you confirm, the former ones come back in ${time}.\n`;

/** Without a terminal there is nobody to ask: another invocation may decide. */
export function waitToKeep(time: string): Promise<never> {
  process.stderr.write(inForce(time));
  process.stderr.write('`fguard apply --confirm yes` confirms.\n');
  return new Promise(() => undefined);
}

const ANSWERS: Record<string, boolean> = {'': true, y: true, yes: true, n: false, no: false};

/**
 * Asks on the terminal until there is an answer; the end of the input is a no.
 * The terminal stays as it is, so that Ctrl-C is a signal, and nothing is left
 * behind by a process that is killed.
 */
export function askToKeep(time: string, signal: AbortSignal): Promise<boolean> {
  const {stdin: input, stderr: output} = process;
  const lines = createInterface({input, output, terminal: false});
  signal.addEventListener('abort', () => {
    lines.close();
    input.destroy();
  });
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const answer = ANSWERS[line.trim().toLowerCase()];
      if (answer === undefined) output.write(QUESTION);
      else resolve(answer);
    });
    lines.on('close', () => {
      resolve(false);
    });
    output.write(inForce(time) + QUESTION);
  });
}
