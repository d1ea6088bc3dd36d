// SPDX-License-Identifier: MIT
// What help, manual pages and README say of their examples: see test/examples.ts.
import {afterAll, beforeEach, describe, expect, it} from 'vitest';
import {EXAMPLES, PRELUDE} from '../examples.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

const lab = useLab('examples');

beforeEach(() => lab.guard.clear());

afterAll(async () => {
  await lab.guard.clear();
  await vm.run('umount -l /srv /home; rm -rf /etc/fguard');
});

/* The place of the example, and in it what this machine has instead. */
function scriptOf(example: string, script: string, words: Record<string, string>): string {
  const own = Object.entries(words).reduce(
    (text, [from, to]) => text.replaceAll(from, () => to),
    example,
  );
  return PRELUDE + script.replaceAll('EXAMPLE', () => own);
}

describe('an example', () => {
  const rows = Object.entries(EXAMPLES).flatMap(([example, row]) =>
    'script' in row ? [[example, row.claim, row] as const] : [],
  );

  it.each(rows)('%s: %s', async (example, _claim, {script, words = {}}) => {
    const {code, stderr} = await vm.run(scriptOf(example, script, words));
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  });
});
