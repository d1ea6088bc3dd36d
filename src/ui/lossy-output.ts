// SPDX-License-Identifier: MIT
import {StreamOutput} from './output.js';

const PATIENCE = 3000;

/** Standard output for a program that must not wait for its reader: drops and counts lines that do not fit. */
export class LossyOutput {
  private readonly output = new StreamOutput();
  private lost = 0;
  private isFull = false;

  /** @param lossText the line that says how many were lost */
  constructor(private readonly lossText: (lost: number) => string) {}

  write(text: string): void {
    if (this.isFull) {
      this.lost++;
      return;
    }
    const drained = this.output.write(text);
    if (drained === undefined) return;
    this.isFull = true;
    void drained.then(() => {
      this.isFull = false;
      this.tellLoss();
    });
  }

  /** Gives the reader a moment to read what is buffered. */
  end(): Promise<void> {
    this.isFull = false;
    this.tellLoss();
    return this.output.end(AbortSignal.timeout(PATIENCE));
  }

  private tellLoss(): void {
    const {lost} = this;
    this.lost = 0;
    if (lost > 0) this.write(this.lossText(lost));
  }
}
