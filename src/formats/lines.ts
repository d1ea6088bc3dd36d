// SPDX-License-Identifier: MIT
import type {Mistake} from '../domain/mistake.js';
import {escapeText} from '../domain/text.js';

/** Converts offsets in a text to lines and columns. */
export class Lines {
  private starts: number[] | undefined;

  constructor(
    private readonly path: string,
    private readonly text: string,
  ) {}

  /** An error at an offset in the text. */
  mistake(offset: number, message: string): Mistake {
    const starts = (this.starts ??= this.find());
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return {file: this.path, line: low + 1, column: offset - (starts[low] ?? 0) + 1, message};
  }

  private find(): number[] {
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
      starts.push(at + 1);
    return starts;
  }
}

/* Only unescaped ones; as an escape in a name, they are ordinary characters. */
const ODD_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/;

/** The first character that only some programs treat as the end of a line, and show as two lines. */
export function breakMistakes(lines: Lines, text: string): Mistake[] {
  const at = text.search(ODD_BREAK);
  if (at < 0) return [];
  const code = text.charCodeAt(at).toString(16).padStart(4, '0');
  const remedy = `end lines with a line feed; in a name, write it as "\\u${code}" in double quotes`;
  const message = `U+${code.toUpperCase()} is the end of a line to some programs; ${remedy}`;
  return [lines.mistake(at, message)];
}

/** Only the first byte that is not UTF-8, because a file in another encoding is full of them. */
export function byteMistakes(lines: Lines, text: string): Mistake[] {
  const at = text.search(/[\ud800-\udfff]/u);
  if (at < 0) return [];
  const byte = escapeText(text.charAt(at));
  const remedy = 'in a name, write it as "\\udcNN" in double quotes';
  return [lines.mistake(at, `the byte ${byte} is not UTF-8; ${remedy}`)];
}
