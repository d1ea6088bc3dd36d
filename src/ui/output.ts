// SPDX-License-Identifier: MIT
import {constants, fstatSync, openSync} from 'node:fs';
import {Socket} from 'node:net';
import type {Writable} from 'node:stream';

/* Opened anew, a pipe can be written without blocking, and others who have it notice nothing. */
function reopen(): number {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}

/* A process that blocks in a write does not see Ctrl-C, and one that exits loses what waits. */
function openStdout(): Writable {
  const kind = fstatSync(1);
  if (!kind.isFIFO() && !kind.isSocket()) return process.stdout;
  const fd = kind.isFIFO() ? reopen() : 1;
  return new Socket({fd, readable: false, writable: true});
}

/** Standard output for a stream of events: says when it is full and when nobody reads it. */
export class StreamOutput {
  private readonly stream = openStdout();
  private closed: (error?: Error) => void = () => undefined;

  constructor() {
    this.stream.on('error', (error: NodeJS.ErrnoException) => {
      this.closed(error.code === 'EPIPE' ? undefined : error);
    });
  }

  write(text: string): Promise<void> | undefined {
    if (text === '' || this.stream.write(text)) return undefined;
    return new Promise((resolve) => this.stream.once('drain', resolve));
  }

  onClosed(callback: (error?: Error) => void): void {
    this.closed = callback;
  }

  /** Lets what was written reach the reader, unless aborted. More may be written to standard output. */
  end(signal: AbortSignal): Promise<void> {
    if (this.stream === process.stdout || this.stream.destroyed) return Promise.resolve();
    if (signal.aborted) this.stream.destroy();
    signal.addEventListener('abort', () => this.stream.destroy(), {once: true});
    return new Promise((resolve) => {
      this.stream.once('close', resolve);
      // not end(): it would close descriptor 1, and a failure is still to be told there
      this.stream.write('', () => {
        resolve();
      });
    });
  }
}
