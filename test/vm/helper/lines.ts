// SPDX-License-Identifier: MIT
import {PATIENCE} from '../runner/patience.js';
import type {GuestProcess} from '../runner/process.js';

const TIMEOUT = 150_000 * PATIENCE;

/** The lines that a process prints, one after the other. */
export class Lines {
  readonly #waiting: string[] = [];
  #wake: (() => void) | undefined;
  #end: Error | undefined;

  constructor(readonly process: GuestProcess) {
    process.on('line', (line) => {
      this.#waiting.push(line);
      this.#wake?.();
    });
    const ended = (how: unknown): void => {
      this.#end = new Error(`${process.command}: ended: ${JSON.stringify(how)} ${process.stderr}`);
      this.#wake?.();
    };
    process.exit.then(ended, ended);
  }

  async next(): Promise<string> {
    for (;;) {
      const line = this.#waiting.shift();
      if (line !== undefined) return line;
      if (this.#end) throw this.#end;
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.process.command}: printed no line more`)),
        TIMEOUT,
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
