// SPDX-License-Identifier: MIT

/** Watches a counter that is incremented as long as its owner lives. */
export class SignsOfLife {
  private seen = -1;
  private since = 0;

  /** @param patience milliseconds for which it may stand still */
  constructor(private readonly patience: number) {}

  areFresh(count: number, now: number): boolean {
    if (count !== this.seen) {
      this.seen = count;
      this.since = now;
    }
    return now - this.since < this.patience;
  }
}
