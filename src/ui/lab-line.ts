// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';
import type {UserError} from '../domain/errors.js';
import {failureText} from './failure.js';
import {fit} from './width.js';

const SECOND = 1000;

/** Progress of a lab on stderr: on a terminal one changing line, elsewhere a line for each step. */
export class LabLine {
  private title = '';
  private last = '';
  private since = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly silent: boolean) {}

  onStep = (title: string): void => {
    this.title = title;
    this.last = '';
    this.since = Date.now();
    if (this.silent) return;
    if (!process.stderr.isTTY) {
      process.stderr.write(`${title}\n`);
      return;
    }
    this.timer ??= setInterval(() => this.draw(), SECOND);
    this.draw();
  };

  /** A line of output of the current step. */
  onLine = (line: string): void => {
    this.last = line.split('\r').at(-1) ?? '';
  };

  ready = (kernel: string, isShell: boolean): void => {
    this.stop();
    if (this.silent || !isShell) return;
    process.stderr.write(
      `this shell runs on kernel ${kernel} with the module loaded; changes are lost when it exits\n`,
    );
  };

  warn = (error: UserError): void => {
    this.stop();
    process.stderr.write(`${failureText(error)}\n`);
  };

  stop = (): void => {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    process.stderr.write('\r\u001b[K');
  };

  private draw(): void {
    const seconds = Math.floor((Date.now() - this.since) / SECOND);
    const text = `${this.title} ${seconds} s  ${escapeText(this.last)}`;
    const room = Math.max(1, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r\u001b[K${fit(text, room).trimEnd()}`);
  }
}
