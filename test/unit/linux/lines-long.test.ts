// SPDX-License-Identifier: MIT
import {afterEach, expect, it, vi} from 'vitest';

import {LineSplitter} from '../../../src/linux/lines.js';

const PIECE = 'x'.repeat(1024);

afterEach(() => vi.restoreAllMocks());

/** How many characters are looked through and put together. */
function work(pieces: number): number {
  const splitter = new LineSplitter();
  const split = vi.spyOn(String.prototype, 'split');
  const join = vi.spyOn(Array.prototype, 'join');
  for (let n = 0; n < pieces; n++) splitter.add(PIECE);
  const [line] = splitter.add('\n');
  const texts = [...split.mock.contexts, ...join.mock.results.map(({value}) => value as string)];
  vi.restoreAllMocks();
  expect(line).toHaveLength(pieces * PIECE.length);
  return texts.map(String).reduce((sum, text) => sum + text.length, 0);
}

it('costs twice as much for a line of twice the length, not four times', () => {
  expect(work(160)).toBeLessThan(2.1 * work(80));
});
