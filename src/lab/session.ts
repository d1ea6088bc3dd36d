// SPDX-License-Identifier: MIT
import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {deferred} from './deferred.js';
import {encodeFrame, encodeRun, FRAME, type Frame, FrameReader, type RunRequest} from './frame.js';
import {PATIENCE} from './patience.js';
import {GuestProcess} from './process.js';

const BOOT_TIMEOUT = 180_000 * PATIENCE;

/** The host's end of the connection to the guest's agent. */
export class Session {
  readonly #greeted = deferred<undefined>();
  readonly #closed = deferred<Error>();
  readonly #processes = new Map<number, GuestProcess>();
  readonly #hello = randomInt(1, 2 ** 32);
  #greetingSeen = false;
  #nextId = 1;
  /** The error in what the guest sent. */
  #wrong: string | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly whyGone: () => Promise<string>,
  ) {
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => this.#take(reader, chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => void this.#lost());
  }

  /** @param whyGone explains why the connection was lost */
  static async open(path: string, whyGone: () => Promise<string>): Promise<Session> {
    const socket = connect(path);
    const session = new Session(socket, whyGone);
    await Promise.race([once(socket, 'connect'), session.#greeted.promise]);
    session.#send(FRAME.hello, session.#hello);
    const timer = setTimeout(() => socket.destroy(), BOOT_TIMEOUT);
    await session.#greeted.promise.finally(() => clearTimeout(timer));
    return session;
  }

  /** Resolves with the reason when the connection is closed. */
  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  start(request: RunRequest, keep = true): GuestProcess {
    const id = this.#nextId++;
    const send = (type: number, data?: Uint8Array): void => this.#send(type, id, data);
    const process = new GuestProcess(request.arguments.join(' '), send, keep);
    this.#processes.set(id, process);
    this.#send(FRAME.run, id, encodeRun(request));
    if (this.socket.destroyed) void this.#closed.promise.then((error) => process.fail(error));
    return process;
  }

  powerOff(): void {
    this.#send(FRAME.powerOff, 0);
  }

  close(): void {
    this.socket.destroy();
  }

  /** Stops reading from the guest until resume(). */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /* Invalid data closes the connection: the guest is not trusted. */
  #take(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.read(chunk)) this.#handle(frame);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#wrong = error.message;
      this.socket.destroy();
    }
  }

  #send(type: number, id: number, data?: Uint8Array): void {
    if (this.socket.writable) this.socket.write(encodeFrame(type, id, data));
  }

  #handle(frame: Frame): void {
    if (frame.type === FRAME.hello && frame.id === this.#hello) {
      this.#greetingSeen = true;
      this.#greeted.resolve(undefined);
    } else if (this.#greetingSeen && this.#processes.get(frame.id)?.handle(frame)) {
      this.#processes.delete(frame.id);
    }
  }

  async #lost(): Promise<void> {
    const error = new Error(`the VM is gone: ${this.#wrong ?? (await this.whyGone())}`);
    this.#greeted.reject(error);
    this.#closed.resolve(error);
    for (const process of this.#processes.values()) process.fail(error);
    this.#processes.clear();
  }
}
