// SPDX-License-Identifier: MIT

/** Reproducible random numbers: the same seed gives the same sequence. */
export class Dice {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below a bound (mulberry32). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** The same elements in a random order. */
  shuffle<T>(from: readonly T[]): T[] {
    return from
      .map((value) => ({value, at: this.below(1 << 30)}))
      .sort((a, b) => a.at - b.at)
      .map(({value}) => value);
  }

  /** A generator with another sequence. */
  fork(): Dice {
    return new Dice(this.below(2 ** 31));
  }
}
