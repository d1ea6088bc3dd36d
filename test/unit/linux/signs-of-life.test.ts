// SPDX-License-Identifier: MIT
import {expect, it} from 'vitest';

import {SignsOfLife} from '../../../src/linux/libc/signs-of-life.js';

it.each([
  ['counts on', [1, 2, 3, 4], [true, true, true, true]],
  ['pauses', [1, 1, 1, 2], [true, true, true, true]],
  ['stands still', [1, 1, 1, 1], [true, true, true, false]],
  ['counts on after all', [1, 1, 1, 1, 2], [true, true, true, false, true]],
])('a main thread that %s', (_what, counts, fresh) => {
  const signs = new SignsOfLife(30);
  expect(counts.map((count, at) => signs.areFresh(count, 10 * at))).toEqual(fresh);
});
