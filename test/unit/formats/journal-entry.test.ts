// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {journalEntry} from '../../../src/formats/journal-entry.js';
import {parseEntry} from '../journal.js';

const VALUES = [
  '',
  'plain',
  'a=b=c',
  '=',
  '\n',
  'a\nFGUARD_VERDICT=allow\nb',
  'ends\n',
  'é\u2028',
  '/\udcff\udc80\n\udcc3',
  '\u0000\u0007',
  'x'.repeat(300_000),
];

describe('an entry of the journal', () => {
  it.each(VALUES)('holds every value as it is, between others: %j', (value) => {
    const fields = [
      ['BEFORE', 'x'],
      ['FIELD', value],
      ['AFTER', 'y'],
    ] as const;
    expect(parseEntry(journalEntry(fields))).toEqual(fields);
  });

  it('has a line for a value of one line', () => {
    expect(journalEntry([['MESSAGE', 'a=b']]).toString()).toBe('MESSAGE=a=b\n');
  });

  it('has the length in front of a value of several lines', () => {
    expect(journalEntry([['A', 'b\nc']])).toEqual(Buffer.from('A\n\x03\0\0\0\0\0\0\0b\nc\n'));
  });

  it('can have a field several times', () => {
    const fields = [
      ['A', '1'],
      ['A', '2'],
    ] as const;
    expect(parseEntry(journalEntry(fields))).toEqual(fields);
  });
});
