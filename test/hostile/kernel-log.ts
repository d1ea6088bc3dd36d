// SPDX-License-Identifier: MIT
import {findSplats, type Splat} from '../../src/lab/splat.js';

/*
 * Reports that users can cause in any kernel: a cgroup that reaches its memory limit.
 * In addition, KCSAN finds data races of the kernel itself.
 */
function isOurs({text, context}: Splat): boolean {
  if (context.some((line) => line.includes('invoked oom-killer'))) return false;
  return !text.includes('KCSAN: ') || context.some((line) => line.includes('[fguard]'));
}

/** The kernel's reports after the first ones, whose number is given. */
export function troubleSince(log: string, seen: number): {reports: string[]; seen: number} {
  const splats = findSplats(log);
  const fresh = splats.slice(seen).filter(isOurs);
  return {reports: fresh.map(({context}) => context.join('\n')), seen: splats.length};
}
