// SPDX-License-Identifier: MIT
// Which test files a machine runs, where several share out the suite of a kernel.
import path from 'node:path';

/** How many seconds the longest files take; the others a few each. */
export const SECONDS: Readonly<Record<string, number>> = {
  'ask.vm.test.ts': 200,
  'ask-callers.vm.test.ts': 190,
  'ask-deadlock.vm.test.ts': 170,
  'cli-apply.vm.test.ts': 90,
  'cli-lock.vm.test.ts': 95,
  'redirect.vm.test.ts': 80,
  'transparency.vm.test.ts': 80,
  'cli.vm.test.ts': 70,
  'cli-life.vm.test.ts': 60,
  'cli-protect.vm.test.ts': 60,
  'cli-ask.vm.test.ts': 55,
  'rebuild.vm.test.ts': 50,
  'life.vm.test.ts': 45,
  'many.vm.test.ts': 35,
  'ask-signals.vm.test.ts': 30,
  'legacy.vm.test.ts': 35,
  'ask-answers.vm.test.ts': 30,
  'cycles.vm.test.ts': 25,
  'ask-library.vm.test.ts': 25,
  'stream.vm.test.ts': 22,
  'grants.vm.test.ts': 20,
  'mounts.vm.test.ts': 20,
  'rare.vm.test.ts': 20,
};
const OTHERS = 8;

export const secondsOf = (file: string): number => SECONDS[path.basename(file)] ?? OTHERS;

const total = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + secondsOf(file), 0);

/** Deals files out, the longest first, each to whoever has least to do. */
export function dealOut(files: readonly string[], count: number): string[][] {
  const shares: string[][] = Array.from({length: count}, () => []);
  const ordered = files.toSorted((a, b) => secondsOf(b) - secondsOf(a) || (a < b ? -1 : 1));
  for (const file of ordered) shares.toSorted((a, b) => total(a) - total(b))[0]?.push(file);
  return shares;
}
