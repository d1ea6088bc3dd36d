// SPDX-License-Identifier: MIT
// Divides the time of a run among its scenarios.
import type {Scenario} from './scenario.js';

type Planned = Pick<Scenario, 'weight' | 'staging'>;

/** The minimum for one scenario, in milliseconds. */
export const LEAST = 4_000;

const weightOf = ({weight = 1}: Planned): number => weight;
const stagingOf = ({staging = 5}: Planned): number => staging * 1000;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Divides the time of a round among its scenarios, one after the other. */
export class Schedule {
  readonly #least: number;
  #next = 0;
  #left: number;
  #estimated = 0;
  #staged = 0;

  /**
   * @param scenarios the scenarios, in order
   * @param time the total, in milliseconds
   * @param slowness the initial estimate of how much slower than usual preparing a stage is
   */
  constructor(
    private readonly scenarios: readonly Planned[],
    time: number,
    private readonly slowness = 1,
  ) {
    this.#left = time;
    const usual = sum(scenarios.map(stagingOf));
    const weights = sum(scenarios.map(weightOf));
    // at least half of its regular share, however late it is
    this.#least = Math.max(0, time - usual) / weights / 2;
  }

  /** How long the next scenario may run. */
  next(): number {
    const scenarios = this.scenarios.slice(this.#next);
    const [scenario] = scenarios;
    if (!scenario) throw new Error('no scenario is left');
    const slowness = this.#estimated === 0 ? this.slowness : this.#staged / this.#estimated;
    const spare = this.#left - sum(scenarios.map(stagingOf)) * slowness;
    const weight = weightOf(scenario);
    const share = (spare * weight) / sum(scenarios.map(weightOf));
    return Math.max(LEAST, this.#least * weight, share);
  }

  /** @param acted the result of next(); @param took the total time */
  done(acted: number, took: number): void {
    const scenario = this.scenarios[this.#next++];
    if (!scenario) throw new Error('no scenario was left');
    this.#left -= took;
    this.#estimated += stagingOf(scenario);
    this.#staged += Math.max(0, took - acted);
  }
}
