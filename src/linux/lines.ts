// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/** Assembles lines that arrive in pieces. */
export class LineSplitter {
  /* The pieces of the incomplete line. */
  private parts: string[] = [];
  private length = 0;

  /** @param max longer lines are truncated, but stay longer than this, so that the caller can reject them */
  constructor(private readonly max = Infinity) {}

  /** The lines that this piece completes. */
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

  /** The text after the last line feed. */
  get rest(): string {
    return this.parts.join('');
  }

  private keep(rest: string): void {
    if (rest === '') return;
    this.parts.push(rest);
    this.length += rest.length;
  }
}

/** Calls back with each complete line of a stream. */
export function lineReader(stream: Readable, onLine: (line: string) => void): void {
  const splitter = new LineSplitter();
  stream.setEncoding('utf8').on('data', (piece: string) => {
    splitter.add(piece).forEach(onLine);
  });
}
