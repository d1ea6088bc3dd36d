// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/** Puts lines together that come in pieces. */
export class LineSplitter {
  /* Joined once the line is whole: it may come in thousands of pieces. */
  private rest: string[] = [];

  /** The lines that are whole with this piece. */
  add(piece: string): string[] {
    const [first = '', ...others] = piece.split('\n');
    this.rest.push(first);
    const last = others.pop();
    if (last === undefined) return [];
    const lines = [this.rest.join(''), ...others];
    this.rest = [last];
    return lines;
  }
}

/** Calls back with each whole line that a stream brings. */
export function lineReader(stream: Readable, onLine: (line: string) => void): void {
  const splitter = new LineSplitter();
  stream.setEncoding('utf8').on('data', (piece: string) => {
    splitter.add(piece).forEach(onLine);
  });
}
