// SPDX-License-Identifier: MIT
import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';

import {LineSplitter, lineReader} from '../../../src/linux/lines.js';

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
