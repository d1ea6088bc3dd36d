// SPDX-License-Identifier: MIT
import {readdirSync} from 'node:fs';
import {expect, it} from 'vitest';
import {dealOut, SECONDS, secondsOf} from './runner/shares.js';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) =>
  name.endsWith('.vm.test.ts'),
);

it('the files that take long are there', () => {
  expect(Object.keys(SECONDS).filter((name) => !files.includes(name))).toEqual([]);
});

it.each([1, 2, 3, 4])('%i machines have each file once, and as much to do', (count) => {
  const shares = dealOut(files, count);
  expect(shares.flat().sort()).toEqual(files.toSorted());
  const times = shares.map((share) => share.reduce((sum, file) => sum + secondsOf(file), 0));
  expect(Math.max(...times)).toBeLessThan(1.1 * Math.min(...times));
});

it('machines that are more than files have nothing to do', () => {
  expect(dealOut(['a', 'b'], 3)).toEqual([['a'], ['b'], []]);
});
