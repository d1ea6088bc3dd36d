// SPDX-License-Identifier: MIT

/** Watches a counter that its owner increments while it works. */
export class SignsOfLife {
  private seen = -1;
  private since = 0;

  /** @param patience milliseconds for which it may stay unchanged */
  constructor(private readonly patience: number) {}

  areFresh(count: number, now: number): boolean {
    if (count !== this.seen) {
      this.seen = count;
      this.since = now;
    }
    return now - this.since < this.patience;
  }
}
