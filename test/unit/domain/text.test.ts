// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {
  decodePath,
  encodePath,
  escapeComm,
  escapeLines,
  escapeText,
} from '../../../src/domain/text.js';

describe('file names', () => {
  it('any bytes come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 40}), (bytes) => {
        expect(encodePath(decodePath(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
      {numRuns: 2000},
    );
  });

  it('UTF-8 text is what it says, the replacement character included', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), (text) => {
        expect(decodePath(Buffer.from(text))).toBe(text);
      }),
    );
    expect(decodePath(Buffer.from('a\ufffdb'))).toBe('a\ufffdb');
  });

  it('bytes that are not UTF-8 survive JSON', () => {
    const path = decodePath(Buffer.from([0x2f, 0xff, 0x61, 0xc3]));
    expect(JSON.stringify(path)).toBe('"/\\udcffa\\udcc3"');
    expect(encodePath(JSON.parse(JSON.stringify(path)) as string)).toEqual(
      Buffer.from([0x2f, 0xff, 0x61, 0xc3]),
    );
  });

  it('a part of a buffer is decoded alone', () => {
    expect(decodePath(Buffer.from('xx\u00e9yy'), 2, 4)).toBe('\u00e9');
    expect(decodePath(Buffer.from('xx\u00e9yy'), 2, 3)).toBe('\udcc3');
  });
});

describe('text shown on a terminal', () => {
  it.each([
    ['plain', '/srv/a b.db', '/srv/a b.db'],
    ['letters of any script', 'Grüße-文書-α', 'Grüße-文書-α'],
    ['escape', 'a\u001b[2Jb', 'a\\x1b[2Jb'],
    ['line ends', 'a\r\nb', 'a\\r\\nb'],
    ['tab', 'a\tb', 'a\\tb'],
    ['delete', 'a\u007f', 'a\\x7f'],
    ['C1 control', 'a\u009b31m', 'a\\u{9b}31m'],
    ['right-to-left override', 'gpj.\u202eexe', 'gpj.\\u{202e}exe'],
    ['isolate', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['zero width', 'a\u200bb\u200dc\ufeff', 'a\\u{200b}b\\u{200d}c\\u{feff}'],
    ['look-alike spaces', 'a\u00a0b\u3000c\u2800d', 'a\\u{a0}b\\u{3000}c\\u{2800}d'],
    ['Hangul filler', '\u3164', '\\u{3164}'],
    ['variation selector', 'a\ufe0f', 'a\\u{fe0f}'],
    ['tag characters', '\u{e0041}', '\\u{e0041}'],
    ['line separator', '\u2028', '\\u{2028}'],
    ['a byte that is no UTF-8', '\udcff', '\\xff'],
    ['a lone surrogate that is no byte', '\ud800', '\\u{d800}'],
    ['a feigned escape', 'a\\x1b', 'a\\\\x1b'],
    ['spaces at the ends', ' a ', '\\x20a\\x20'],
    ['a combining mark that would strike out a slash', '/\u0338x', '/\\u{338}x'],
    [
      'more combining marks than a letter has',
      'a\u0301\u0302\u0303\u0304\u0305\u0306',
      'a\u0301\u0302\u0303\u0304\\u{305}\\u{306}',
    ],
    ['a combining mark that would change what stands before', '\u0301a', '\\u{301}a'],
  ])('%s', (_name, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it('the name of a process does not feign what stands around it', () => {
    expect(escapeComm('sh[1] < x')).toBe('sh\\x5b1\\x5d \\x3c x');
  });

  it('never holds a control character, and different texts look different', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), fc.string({unit: 'binary'}), (a, b) => {
        expect(escapeText(a)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(escapeText(a) === escapeText(b)).toBe(a === b);
      }),
    );
  });

  it("a compiler's message keeps its lines, tabs and backslashes and loses its escapes", () => {
    expect(escapeLines('a\tb\\n\n\u001b[31mred')).toBe('a\tb\\n\n\\x1b[31mred');
  });
});
