// SPDX-License-Identifier: MIT
// Encodes and decodes the frames that lab/agent.h describes.

import {encodePath} from '../domain/text.js';

export const FRAME = {
  hello: 1,
  run: 2,
  input: 3,
  kill: 4,
  resize: 5,
  powerOff: 6,
  started: 16,
  output: 17,
  errorOutput: 18,
  exit: 19,
  failed: 20,
} as const;

const HEAD = 12;
export const FRAME_MAX = 65536;

export interface Frame {
  type: number;
  id: number;
  data: Buffer;
}

export interface RunRequest {
  arguments: string[];
  cwd: string;
  environment: Record<string, string>;
  terminal?: {rows: number; columns: number} | undefined;
}

export function encodeFrame(type: number, id: number, data: Uint8Array = new Uint8Array()): Buffer {
  if (data.length > FRAME_MAX) throw new RangeError(`a frame of ${data.length} bytes is too long`);
  const frame = Buffer.alloc(HEAD + data.length);
  frame.writeUInt32LE(data.length, 0);
  frame.writeUInt32LE(type, 4);
  frame.writeUInt32LE(id, 8);
  frame.set(data, HEAD);
  return frame;
}

export function encodeRun(request: RunRequest): Buffer {
  const environment = Object.entries(request.environment).map(
    ([name, value]) => `${name}=${value}`,
  );
  const head = Buffer.alloc(12);
  head.writeUInt16LE(request.terminal?.rows ?? 0, 0);
  head.writeUInt16LE(request.terminal?.columns ?? 0, 2);
  head.writeUInt32LE(request.arguments.length, 4);
  head.writeUInt32LE(environment.length, 8);
  const strings = [request.cwd, ...request.arguments, ...environment];
  const bad = strings.find((text) => text.includes('\0'));
  if (bad !== undefined)
    throw new TypeError(`a string with a NUL cannot be passed: ${JSON.stringify(bad)}`);
  return Buffer.concat([head, ...strings.map((text) => encodePath(`${text}\0`))]);
}

/** Splits a stream of bytes into frames. The guest is not trusted, so the stream may be invalid. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  /** @throws RangeError if a header states a length beyond the maximum */
  *read(chunk: Buffer): Generator<Frame> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEAD) {
      const length = this.#rest.readUInt32LE(0);
      if (length > FRAME_MAX) throw new RangeError(`a frame of ${length} bytes is too long`);
      if (this.#rest.length < HEAD + length) return;
      const [type, id] = [this.#rest.readUInt32LE(4), this.#rest.readUInt32LE(8)];
      const data = Buffer.from(this.#rest.subarray(HEAD, HEAD + length));
      this.#rest = this.#rest.subarray(HEAD + length);
      yield {type, id, data};
    }
  }
}
