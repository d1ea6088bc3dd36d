// SPDX-License-Identifier: MIT
// Which test files a machine runs, where several share out the suite of a kernel.
import path from 'node:path';

/** Seconds that the longest files take on 6.1, where nothing else runs; others: a few each. */
export const SECONDS: Readonly<Record<string, number>> = {
  'examples.vm.test.ts': 250,
  'ask-deadlock.vm.test.ts': 170,
  'ask-callers.vm.test.ts': 150,
  'ask.vm.test.ts': 100,
  'cli-lock.vm.test.ts': 85,
  'transparency.vm.test.ts': 80,
  'cli-apply.vm.test.ts': 75,
  'cli-protect.vm.test.ts': 70,
  'redirect.vm.test.ts': 70,
  'cli.vm.test.ts': 65,
  'cli-life.vm.test.ts': 55,
  'cli-ask.vm.test.ts': 50,
  'life.vm.test.ts': 45,
  'rebuild.vm.test.ts': 40,
  'ask-signals.vm.test.ts': 32,
  'legacy.vm.test.ts': 28,
  'stream.vm.test.ts': 25,
  'cycles.vm.test.ts': 25,
  'ask-library.vm.test.ts': 22,
  'many.vm.test.ts': 20,
  'ask-answers.vm.test.ts': 18,
  'grants.vm.test.ts': 18,
  'cli-explain.vm.test.ts': 15,
  'mounts.vm.test.ts': 14,
  'cli-agent.vm.test.ts': 14,
};
const OTHERS = 7;

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
