// SPDX-License-Identifier: MIT
import {createInterface} from 'node:readline';

const QUESTION = 'Keep the new rules? [Enter: yes, n: no] ';

const ANSWERS: Record<string, boolean> = {'': true, y: true, yes: true, n: false, no: false};

const activeText = (time: string): string =>
  `The new rules are active.\nUnless you confirm them, the old rules come back in ${time}.\n`;

/** Without a terminal, nobody can be asked, but another invocation may decide. */
export function waitToKeep(time: string): Promise<never> {
  process.stderr.write(activeText(time));
  process.stderr.write('To confirm, run `fguard apply --confirm yes`.\n');
  return new Promise(() => undefined);
}

/**
 * Asks on the terminal until there is an answer; end of input means no. The terminal's mode
 * is not changed, so that Ctrl-C is a signal, and a killed process leaves nothing behind.
 * @param signal aborted once there is a decision, here or elsewhere
 */
export function askToKeep(time: string, signal: AbortSignal): Promise<boolean> {
  const {stdin: input, stderr: output} = process;
  const lines = createInterface({input, output, terminal: false});
  return new Promise((resolve) => {
    let open = true;
    const answer = (keep: boolean): void => {
      open = false;
      resolve(keep);
    };
    signal.addEventListener('abort', () => {
      lines.close();
      input.destroy();
    });
    lines.on('line', (line) => {
      const keep = ANSWERS[line.trim().toLowerCase()];
      if (keep === undefined) output.write(QUESTION);
      else answer(keep);
    });
    lines.on('close', () => {
      if (open) output.write('\n');
      answer(false);
    });
    output.write(activeText(time) + QUESTION);
  });
}
