// SPDX-License-Identifier: MIT
import {PassThrough} from 'node:stream';
import {afterEach, describe, expect, it, vi} from 'vitest';

import {LineSplitter, lineReader} from '../../../src/linux/lines.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/* What is searched for the ends of lines while one of that many pieces is put together. */
function searched(pieces: number): number {
  const splitter = new LineSplitter();
  const split = vi.spyOn(String.prototype, 'split');
  for (let n = 0; n < pieces; n++) splitter.add('x'.repeat(64));
  expect(splitter.add('\n')).toEqual(['x'.repeat(64 * pieces)]);
  const length = split.mock.contexts.reduce<number>((sum, text) => sum + String(text).length, 0);
  split.mockRestore();
  return length;
}

describe('lines that come in pieces', () => {
  it('are told once they are whole', () => {
    const splitter = new LineSplitter();
    expect(['a', 'b\n\nc', '\n', 'd'].map((piece) => splitter.add(piece))).toEqual([
      [],
      ['ab', ''],
      ['c'],
      [],
    ]);
  });

  it('are searched once, however many pieces they come in', () => {
    expect(searched(100)).toBe(64 * 100 + 1);
  });

  it('may be cut within a character', async () => {
    const stream = new PassThrough();
    const heard = new Promise((resolve) => {
      lineReader(stream, resolve);
    });
    const bytes = Buffer.from('é\n');
    stream.write(bytes.subarray(0, 1));
    stream.write(bytes.subarray(1));
    expect(await heard).toBe('é');
  });
});
