// SPDX-License-Identifier: MIT
import {StreamOutput} from './output.js';

const PATIENCE = 3000;

/** Standard output of a program that must not wait for its reader: lines without room are counted. */
export class LossyOutput {
  private readonly output = new StreamOutput();
  private lost = 0;
  private isFull = false;

  /** @param lossText the line that tells how many were lost */
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

  /** Gives the reader a moment to take what waits. */
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
