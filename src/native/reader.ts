// SPDX-License-Identifier: MIT
/* The thread that waits for events: one library call for each batch, without decoding. */
import {parentPort, receiveMessageOnPort, workerData} from 'node:worker_threads';

import {errnoNumber} from '../domain/errno.js';
import {type Library, library} from './library.js';
import type {ReaderMessage, ReaderSetup} from './stream.js';

const INTERRUPTED = -errnoNumber('EINTR');
const STOPPED: ReaderMessage = {end: INTERRUPTED, sentence: ''};

const {library: path, handle, buffers, batchMax, signal} = workerData as ReaderSetup;
const idle: ArrayBuffer[] = Array.from({length: buffers}, () => new ArrayBuffer(batchMax));

/* This thread blocks and so cannot use message events; it fetches returned buffers itself. */
function collectReturned(): void {
  if (parentPort === null) return;
  for (;;) {
    const received = receiveMessageOnPort(parentPort) as {message: ArrayBuffer} | undefined;
    if (received === undefined) return;
    idle.push(received.message);
  }
}

/** Waits for a free buffer; undefined when the thread has to stop. */
function takeBuffer(): ArrayBuffer | undefined {
  for (;;) {
    const seen = Atomics.load(signal, 0);
    if (Atomics.load(signal, 1) === 1) return undefined;
    collectReturned();
    const buffer = idle.pop();
    if (buffer !== undefined) return buffer;
    Atomics.wait(signal, 0, seen);
  }
}

/* A signal, such as SIGCONT, interrupts the call but does not end the stream. */
function readInto(lib: Library, buffer: ArrayBuffer): number {
  for (;;) {
    const length = lib.readEvents(handle, new Uint8Array(buffer), batchMax, -1);
    if (length !== INTERRUPTED || Atomics.load(signal, 1) === 1) return length;
  }
}

function readBatch(lib: Library): ReaderMessage {
  const buffer = takeBuffer();
  if (buffer === undefined) return STOPPED;
  const length = readInto(lib, buffer);
  if (length > 0) return {bytes: new Uint8Array(buffer, 0, length)};
  return {end: length, sentence: lib.message(handle)};
}

function post(message: ReaderMessage): boolean {
  const isBatch = 'bytes' in message;
  const transfer = isBatch ? [message.bytes.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(message, transfer);
  return isBatch;
}

const lib = library(path);
while (post(readBatch(lib)));
parentPort?.close();
