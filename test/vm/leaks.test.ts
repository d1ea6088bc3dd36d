// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';
import {findLeaks} from './runner/leaks.js';

const SYMBOLS = `ffffffffc0101000 t take_mount\t[fguard]
ffffffffc0100000 t init_module\t[fguard]
leaks:
`;

const leak = (...frames: string[]): string =>
  [
    'unreferenced object 0xffff888005d2c5c0 (size 32):',
    '  comm "guard", pid 201, jiffies 4294902020 (age 9.004s)',
    '  backtrace:',
    ...frames.map((frame) => `    [<0000000012345678>] ${frame}`),
    '',
  ].join('\n');

describe('findLeaks', () => {
  it('finds none in a clean report', () => {
    expect(findLeaks(SYMBOLS)).toEqual([]);
    expect(findLeaks('')).toEqual([]);
  });

  it("leaves out what is the kernel's own", () => {
    expect(findLeaks(SYMBOLS + leak('__kmalloc+0x4e/0x90', 'do_init+0x1/0x2'))).toEqual([]);
  });

  it('names the code of a module that is gone', () => {
    const text =
      SYMBOLS + leak('kstrdup+0x3a/0x70') + leak('kstrdup+0x3a/0x70', '0xffffffffc0101020');
    expect(findLeaks(text)).toEqual([
      expect.stringContaining('0xffffffffc0101020 take_mount+0x20 [fguard]'),
    ]);
  });

  it('knows the code of a module that is there', () => {
    expect(findLeaks(SYMBOLS + leak('render+0x3a/0x70 [fguard]'))).toHaveLength(1);
  });
});
