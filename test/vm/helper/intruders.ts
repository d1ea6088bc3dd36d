// SPDX-License-Identifier: MIT
import {afterAll, beforeAll} from 'vitest';
import {Actor} from './actor.js';
import type {Lab} from './lab.js';
import {Watcher} from './watcher.js';

/** The program of the intruders, 64-bit and 32-bit. */
export const SIZES = ['try', 'try32'] as const;
export type Size = (typeof SIZES)[number];

export interface Intruders extends Record<Size, Actor> {
  /** Is told what they are refused. */
  watcher: Watcher;
}

/** The lab's intruder, and one that is a 32-bit program. */
export function useIntruders(lab: Lab): Intruders {
  const intruders = {} as Intruders;
  beforeAll(async () => {
    intruders.try = lab.intruder;
    intruders.try32 = await Actor.start({program: 'try32'});
    const pids = SIZES.map((size) => intruders[size].pid);
    intruders.watcher = await Watcher.start({verdict: 'deny', pids});
  });
  afterAll(async () => {
    await intruders.watcher.end();
    await intruders.try32.end();
  });
  return intruders;
}
