// SPDX-License-Identifier: MIT
import {findSplats, type Splat} from '../../src/lab/splat.js';

/*
 * What users may bring about in any kernel: that memory is short for a group that has
 * its limit. And where the kernel looks for data races, it finds its own, too.
 */
function isOurs({text, context}: Splat): boolean {
  if (context.some((line) => line.includes('invoked oom-killer'))) return false;
  return !text.includes('KCSAN: ') || context.some((line) => line.includes('[fguard]'));
}

/** What the kernel has reported since so many reports. */
export function troubleSince(log: string, seen: number): {reports: string[]; seen: number} {
  const splats = findSplats(log);
  const fresh = splats.slice(seen).filter(isOurs);
  return {reports: fresh.map(({context}) => context.join('\n')), seen: splats.length};
}
