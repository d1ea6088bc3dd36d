// SPDX-License-Identifier: MIT
import {constants, fstatSync, openSync} from 'node:fs';
import {Socket} from 'node:net';
import type {Writable} from 'node:stream';

/* Reopening a pipe makes it non-blocking for us without affecting other processes that have it. */
function reopen(): number {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}

/* A process that blocks in a write does not handle Ctrl-C, and one that exits loses buffered output. */
function openStdout(): Writable {
  const kind = fstatSync(1);
  if (!kind.isFIFO() && !kind.isSocket()) return process.stdout;
  const fd = kind.isFIFO() ? reopen() : 1;
  return new Socket({fd, readable: false, writable: true});
}

/** Standard output for a stream of events: reports when it is full and when the reader is gone. */
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

  /** Waits until the output has been written, unless aborted. Standard output stays usable. */
  end(signal: AbortSignal): Promise<void> {
    if (this.stream === process.stdout || this.stream.destroyed) return Promise.resolve();
    if (signal.aborted) this.stream.destroy();
    signal.addEventListener('abort', () => this.stream.destroy(), {once: true});
    return new Promise((resolve) => {
      this.stream.once('close', resolve);
      // not end(): it would close file descriptor 1, where an error may still be written
      this.stream.write('', () => {
        resolve();
      });
    });
  }
}
