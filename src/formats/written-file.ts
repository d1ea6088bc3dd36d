// SPDX-License-Identifier: MIT
/* Files that people or programs write: their values and the positions of these. */
import type {Mistake} from '../domain/mistake.js';

/** The keys and indices that lead from the top of a file to a value. */
export type Place = readonly (string | number)[];

/** A file that knows the line and column of each of its values. */
export interface WrittenFile {
  readonly path: string;
  /** The whole content as plain values; undefined if the syntax is wrong. */
  readonly value: unknown;
  /** Errors of syntax, and strings that cannot be names. */
  readonly mistakes: readonly Mistake[];
  /** An error in the value at a place, or in its key. */
  mistake(place: Place, message: string, part?: 'key' | 'value'): Mistake;
}

/* NUL would end a name in the kernel, and a lone surrogate that stands for no byte has no encoding. */
const UNNAMEABLE = /\0|(?=\p{Cs})[^\udc80-\udcff]/u;

/* How such a string can be written; files that do not match need not be searched. */
const SUSPICIOUS = /\0|\\(?:[0uU]|x00)|\p{Cs}/u;

interface Found {
  value: unknown;
  key: string | number | undefined;
  /** The value that contains it. */
  above: Found | undefined;
}

function placeOf(found: Found): Place {
  const place: (string | number)[] = [];
  for (let at: Found | undefined = found; at?.key !== undefined; at = at.above) place.push(at.key);
  return place.reverse();
}

const partsOf = (above: Found, value: object): Found[] =>
  Object.entries(value).map(([key, inner]) => ({
    value: inner as unknown,
    key: Array.isArray(value) ? Number(key) : key,
    above,
  }));

const sentence = (text: string): string =>
  text.includes('\0')
    ? 'this text contains a NUL character, which no name can contain'
    : `this text contains ${UNNAMEABLE.exec(text)?.[0] ?? ''}, which is not a character`;

/**
 * Errors in strings, including keys, that would not reach the kernel unchanged.
 * @param text the text of the file
 */
export function textMistakes(file: Omit<WrittenFile, 'mistakes'>, text: string): Mistake[] {
  if (!SUSPICIOUS.test(text)) return [];
  const mistakes: Mistake[] = [];
  const seen = new Set<unknown>();
  const rest: Found[] = [{value: file.value, key: undefined, above: undefined}];
  for (let found = rest.pop(); found !== undefined; found = rest.pop()) {
    const {value, key} = found;
    const add = (bad: string, part: 'key' | 'value'): void => {
      if (UNNAMEABLE.test(bad)) mistakes.push(file.mistake(placeOf(found), sentence(bad), part));
    };
    if (typeof key === 'string') add(key, 'key');
    if (typeof value === 'string') add(value, 'value');
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const part of partsOf(found, value)) rest.push(part);
  }
  return mistakes;
}
