// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';
import {LEAST, Schedule} from '../../hostile/schedule.js';

const SCENARIOS = [{weight: 3}, {staging: 20, weight: 0.2}, {}, {weight: 2}, {}, {weight: 0.5}];
const TIME = 300_000;

/** How long each acts, where a stage takes so many times as long as usual. */
function play(slowness: number, first = 1): {acted: number[]; took: number} {
  const schedule = new Schedule(SCENARIOS, TIME, first);
  let all = 0;
  const acted = SCENARIOS.map(({staging = 5}) => {
    const time = schedule.next();
    const took = time + staging * 1000 * slowness;
    schedule.done(time, took);
    all += took;
    return time;
  });
  return {acted, took: all};
}

describe('the time of an attack', () => {
  it('is shared out by weight, and is all of the time', () => {
    const {acted, took} = play(1);
    const [all = 0, , one] = acted;
    expect(all / 3).toBeCloseTo(one ?? 0);
    expect(acted[3]).toBeCloseTo(2 * (one ?? 0));
    expect(took).toBeCloseTo(TIME - (acted[1] ?? 0) + Math.max(LEAST, (one ?? 0) * 0.2), -3);
  });

  it.each([0.5, 1, 2, 3])('is as long where a stage takes %f times as long', (slowness) => {
    expect(Math.abs(play(slowness).took / TIME - 1)).toBeLessThan(0.05);
  });

  it.each([1, 2, 10, 100])('is half of the share at least, %f times as slow', (slowness) => {
    const usual = play(1).acted;
    const {acted} = play(slowness);
    acted.forEach((time, at) => {
      expect(time).toBeGreaterThanOrEqual(
        Math.min(usual[at] ?? 0, Math.max(LEAST, (usual[at] ?? 0) / 2)) * 0.99,
      );
    });
  });
});
