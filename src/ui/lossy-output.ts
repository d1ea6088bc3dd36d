// SPDX-License-Identifier: MIT
import {StreamOutput} from './output.js';

/** Standard output of somebody who must not wait for its reader: what finds no room is counted. */
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
      const {lost} = this;
      this.lost = 0;
      if (lost > 0) this.write(this.lossText(lost));
    });
  }

  end(signal: AbortSignal): Promise<void> {
    return this.output.end(signal);
  }
}
