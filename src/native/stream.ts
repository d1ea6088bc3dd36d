// SPDX-License-Identifier: MIT
import {extname} from 'node:path';
import {type Worker as Thread, Worker} from 'node:worker_threads';

import {errnoName} from '../domain/errno.js';
import {ModuleError} from '../domain/errors.js';
import type {EventStream, StreamEnd} from './guard.js';
import {findLibrary} from './find-library.js';
import type {Handle, Library} from './library.js';
import {ownSentence} from './sentence.js';

/* Batches in flight. If we fall that far behind, the reader stops, and the kernel counts lost events. */
export const BUFFERS = 8;

/** FGUARD_BATCH_MAX in the library. */
export const BATCH_MAX = 65536;

/** The data that the reader starts with. */
export interface ReaderSetup {
  library: string;
  handle: Handle;
  buffers: number;
  batchMax: number;
  /** [0] counts actions of the main thread; the reader sleeps on it. [1] is 1 once it must stop. */
  signal: Int32Array;
}

/** What the reader posts: a batch, or the error that ended it. */
export type ReaderMessage = {bytes: Uint8Array} | {end: number; sentence: string};

/** The event stream of a connection: a thread waits in the library, and this side returns its batches. */
export class WorkerStream implements EventStream {
  private readonly signal = new Int32Array(new SharedArrayBuffer(8));
  private readonly queue: ReaderMessage[] = [];
  private readonly worker: Thread;
  private readonly gone: Promise<void>;
  private exited = false;
  private failure = new Error('the event reader ended without giving a reason');
  private wake: () => void = () => undefined;

  constructor(
    private readonly lib: Library,
    private readonly handle: Handle,
  ) {
    const {signal} = this;
    const workerData: ReaderSetup = {
      library: findLibrary(),
      handle,
      buffers: BUFFERS,
      batchMax: BATCH_MAX,
      signal,
    };
    const extension = extname(import.meta.url);
    this.worker = new Worker(new URL(`./reader${extension}`, import.meta.url), {workerData});
    this.worker.on('message', (message: ReaderMessage) => {
      this.queue.push(message);
      this.wake();
    });
    this.worker.on('error', (error) => {
      this.failure = error;
    });
    process.once('exit', this.stop);
    this.gone = new Promise((resolve) => {
      this.worker.once('exit', () => {
        process.off('exit', this.stop);
        this.exited = true;
        resolve();
        this.wake();
      });
    });
  }

  async *batches(): AsyncGenerator<Uint8Array, StreamEnd> {
    try {
      for (;;) {
        const message = await this.next();
        if (!('bytes' in message)) return this.ending(message);
        yield message.bytes;
        this.worker.postMessage(message.bytes.buffer, [message.bytes.buffer as ArrayBuffer]);
        this.notify();
      }
    } finally {
      this.stop();
      await this.gone;
      this.lib.close(this.handle);
    }
  }

  /* An exiting process waits for its threads, so ours must stop waiting for events. */
  readonly stop = (): void => {
    if (Atomics.exchange(this.signal, 1, 1) === 1) return;
    this.lib.interrupt(this.handle);
    this.notify();
  };

  private notify(): void {
    Atomics.add(this.signal, 0, 1);
    Atomics.notify(this.signal, 0);
  }

  private async next(): Promise<ReaderMessage> {
    for (;;) {
      const message = this.queue.shift();
      if (message !== undefined) return message;
      if (this.exited) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private ending({end, sentence}: {end: number; sentence: string}): StreamEnd {
    const code = errnoName(-end);
    if (code === 'EINTR') return 'stopped';
    if (code === 'ENODEV') return 'unloaded';
    throw new ModuleError(code, ownSentence(-end, sentence));
  }
}
