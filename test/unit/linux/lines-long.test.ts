// SPDX-License-Identifier: MIT
import {expect, it} from 'vitest';

import {LineSplitter} from '../../../src/linux/lines.js';

const PIECE = 'x'.repeat(65_536);

function cost(pieces: number): number {
  const splitter = new LineSplitter();
  const start = performance.now();
  for (let n = 0; n < pieces; n++) splitter.add(PIECE);
  expect(splitter.add('\n')[0]).toHaveLength(pieces * PIECE.length);
  return performance.now() - start;
}

it('costs twice as much for a line of twice the length, not four times', () => {
  cost(20);
  expect(cost(160)).toBeLessThan(3 * cost(80) + 20);
});
