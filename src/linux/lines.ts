// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/** Puts lines together that come in pieces. */
export class LineSplitter {
  private rest = '';

  /** The lines that are whole with this piece. */
  add(piece: string): string[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
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
