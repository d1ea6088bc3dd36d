// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/** Calls back with each whole line that a stream brings. */
export function lineReader(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
