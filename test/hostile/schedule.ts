// SPDX-License-Identifier: MIT
// Who acts for how long, so that a run takes the time it was given.
import type {Scenario} from './scenario.js';

type Planned = Pick<Scenario, 'weight' | 'staging'>;

/** What one scenario gets at least; milliseconds. */
export const LEAST = 4_000;

const weightOf = ({weight = 1}: Planned): number => weight;
const stagingOf = ({staging = 5}: Planned): number => staging * 1000;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Shares out the time of a round among its scenarios, one after the other. */
export class Schedule {
  readonly #least: number;
  #next = 0;
  #left: number;
  #estimated = 0;
  #staged = 0;

  /**
   * @param scenarios in their order
   * @param time of all of them, in milliseconds
   * @param slowness how many times as long as usual setting a stage takes, to begin with
   */
  constructor(
    private readonly scenarios: readonly Planned[],
    time: number,
    private readonly slowness = 1,
  ) {
    this.#left = time;
    const usual = sum(scenarios.map(stagingOf));
    const weights = sum(scenarios.map(weightOf));
    // half of what it would be if nothing took longer than usual, however late it is
    this.#least = Math.max(0, time - usual) / weights / 2;
  }

  /** How long the next scenario may act. */
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

  /** @param acted what next() gave; @param took all in all */
  done(acted: number, took: number): void {
    const scenario = this.scenarios[this.#next++];
    if (!scenario) throw new Error('no scenario was left');
    this.#left -= took;
    this.#estimated += stagingOf(scenario);
    this.#staged += Math.max(0, took - acted);
  }
}
