// SPDX-License-Identifier: MIT
import {afterAll, beforeAll} from 'vitest';
import {vm} from '../runner/shared.js';
import type {Lab} from './lab.js';

const PARAMETER = '/sys/module/fguard/parameters/linger';
const SHORT = 200;

/** How long hooks stay behind the next rule that goes, in milliseconds. */
export const setLinger = (time: number | string) => vm.ok(`echo ${time} >${PARAMETER}`);

/** Where a test waits for hooks to go, and not for how long that takes; after useLab(). */
export function useShortLinger(lab: Lab): void {
  let usual: string;
  beforeAll(async () => {
    usual = (await vm.ok(`cat ${PARAMETER}`)).trim();
    await setLinger(SHORT);
    // what is behind earlier rules goes with this one
    await lab.guard.add(lab.path('short'), {ops: ['list']});
    await lab.guard.clear();
  });
  afterAll(() => setLinger(usual));
}
