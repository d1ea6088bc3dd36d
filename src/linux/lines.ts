// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/** Puts lines together that come in pieces. */
export class LineSplitter {
  /* Of the line that is not whole yet. */
  private parts: string[] = [];
  private length = 0;

  /** @param max longer lines are cut to more than that, for the caller to refuse; they cost no more */
  constructor(private readonly max = Infinity) {}

  /** The lines that are whole with this piece. */
  add(piece: string): string[] {
    const lines = piece.split('\n');
    const rest = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = [...this.parts, lines[0] ?? ''].join('');
      [this.parts, this.length] = [[], 0];
    }
    if (this.length <= this.max) this.keep(rest);
    return lines;
  }

  /** What follows the last end of line. */
  get rest(): string {
    return this.parts.join('');
  }

  private keep(rest: string): void {
    if (rest === '') return;
    this.parts.push(rest);
    this.length += rest.length;
  }
}

/** Calls back with each whole line that a stream brings. */
export function lineReader(stream: Readable, onLine: (line: string) => void): void {
  const splitter = new LineSplitter();
  stream.setEncoding('utf8').on('data', (piece: string) => {
    splitter.add(piece).forEach(onLine);
  });
}
