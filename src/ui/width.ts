// SPDX-License-Identifier: MIT
import {eastAsianWidth} from 'get-east-asian-width';

const PLAIN = /^[\x20-\x7e]*$/;

/* Combining marks and joiners have no width. */
const WIDTHLESS = /[\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Default_Ignorable_Code_Point}]/gu;

/** Cells that a text takes on a terminal. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const visible = Array.from(text.replace(WIDTHLESS, ''));
  return visible.reduce((sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0), 0);
}

export const pad = (text: string, cells: number): string =>
  text + ' '.repeat(Math.max(0, cells - width(text)));

/** Shortens a text in the middle, keeping both ends. */
export function fit(text: string, cells: number): string {
  if (width(text) <= cells) return pad(text, cells);
  const characters = Array.from(text);
  while (width(characters.join('')) > cells - 1)
    characters.splice(Math.floor(characters.length / 2), 1);
  characters.splice(Math.ceil(characters.length / 2), 0, '…');
  return pad(characters.join(''), cells);
}

/** Cuts a text into pieces of at most that many cells. */
export function pieces(text: string, cells: number): string[] {
  const result: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of text) {
    const own = width(character);
    if (used + own > cells) {
      result.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += own;
  }
  return [...result, piece];
}

/** Wraps a sentence between words; cuts a word that is too long. */
export function words(text: string, cells: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((long) => pieces(long, cells))) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (width(joined) <= cells) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
