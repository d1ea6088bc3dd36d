// SPDX-License-Identifier: MIT
import {encodePath, escapeText} from './text.js';

const byByte = (text: string): string =>
  [...encodePath(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

const inDollarQuotes = (character: string): string =>
  character === "'" || escapeText(character) !== character ? byByte(character) : character;

/** Quotes a text as one word of a command line that can be copied from a terminal into bash. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  const isPlain = Array.from(text).every((one) => one === ' ' || escapeText(one) === one);
  if (isPlain) return `'${text.replaceAll("'", `'\\''`)}'`;
  return `$'${Array.from(text, inDollarQuotes).join('')}'`;
}
