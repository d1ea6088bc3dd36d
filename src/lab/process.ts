// SPDX-License-Identifier: MIT
import {EventEmitter} from 'node:events';
import {constants} from 'node:os';
import {LineSplitter} from '../linux/lines.js';
import {deferred} from './deferred.js';
import {FRAME, FRAME_MAX, type Frame} from './frame.js';
import {PATIENCE} from './patience.js';

export interface Result {
  /** Exit code; null if a signal ended the command. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** The exit code of a command, as a shell reports it. */
export interface CommandEnd {
  code: number;
  signal: string | null;
}

export interface WaitOptions {
  timeout?: number;
  on?: 'stdout' | 'stderr';
}

type Send = (type: number, data?: Uint8Array) => void;

const WAIT_TIMEOUT = 150_000 * PATIENCE;
const OUTPUT_MAX = 32 << 20;

function signalName(number: number): string | null {
  if (!number) return null;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found ? found[0] : `SIG${number}`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function bytes32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value);
  return data;
}

function signalNumber(name: string): number {
  const known = constants.signals as Readonly<Record<string, number>>;
  return known[name] ?? Number(name.replace('SIG', ''));
}

/** The exit code; for a signal, 128 plus its number. */
export function commandEnd({code, signal}: Result): CommandEnd {
  return {code: code ?? 128 + signalNumber(signal ?? ''), signal};
}

/** Collects a stream as text, line by line, up to a limit. */
class Output {
  #text = '';
  #lines = new LineSplitter();
  #decoder = new TextDecoder();

  constructor(private readonly keep: boolean) {}

  get text(): string {
    return this.#text;
  }

  /** Adds bytes; returns the lines that are now complete. */
  take(data: Buffer): string[] {
    if (!this.keep) return [];
    const added = this.#decoder.decode(data, {stream: true});
    if (this.#text.length + added.length > OUTPUT_MAX)
      throw new Error(`more than ${OUTPUT_MAX} bytes of output`);
    this.#text += added;
    return this.#lines.add(added);
  }
}

interface ProcessEvents {
  line: [string];
  errorLine: [string];
  data: [Buffer];
  errorData: [Buffer];
  change: [];
}

/**
 * A command that runs in the guest. Events: `line` and `errorLine` (complete lines
 * of stdout and stderr), `data` and `errorData` (their raw bytes).
 */
export class GuestProcess extends EventEmitter<ProcessEvents> {
  readonly #started = deferred<number>();
  readonly #exit = deferred<Result>();
  readonly #stdout: Output;
  readonly #stderr: Output;
  #searched = {stdout: 0, stderr: 0};
  #ended: Result | Error | undefined;

  /** @param keep whether its output is kept, or only emitted as `data` and `errorData` */
  constructor(
    readonly command: string,
    private readonly send: Send,
    keep = true,
  ) {
    super();
    this.#stdout = new Output(keep);
    this.#stderr = new Output(keep);
  }

  /** The command's process id in the guest. */
  get pid(): Promise<number> {
    return this.#started.promise;
  }

  get exit(): Promise<Result> {
    return this.#exit.promise;
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  write(text: string | Uint8Array): void {
    const data = Buffer.from(text);
    for (let at = 0; at < data.length; at += FRAME_MAX)
      this.send(FRAME.input, data.subarray(at, at + FRAME_MAX));
  }

  /** End of file on stdin. */
  end(): void {
    this.send(FRAME.input);
  }

  /** Sends a signal to the command's process group. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.send(FRAME.kill, bytes32(constants.signals[signal]));
  }

  resize(rows: number, columns: number): void {
    const data = Buffer.alloc(4);
    data.writeUInt16LE(rows, 0);
    data.writeUInt16LE(columns, 2);
    this.send(FRAME.resize, data);
  }

  /**
   * Waits until the pattern appears on stdout (or stderr), after the match of an earlier
   * call, and returns the match. Fails if the command ends without it.
   */
  async waitFor(pattern: RegExp | string, options: WaitOptions = {}): Promise<RegExpExecArray> {
    const regexp = typeof pattern === 'string' ? new RegExp(escapeRegExp(pattern)) : pattern;
    const on = options.on ?? 'stdout';
    const timeout = AbortSignal.timeout(options.timeout ?? WAIT_TIMEOUT);
    for (;;) {
      const match = regexp.exec(this[on].slice(this.#searched[on]));
      if (match) {
        this.#searched[on] += match.index + match[0].length;
        return match;
      }
      if (this.#ended) throw this.#failure(`ended without ${String(regexp)} on ${on}`);
      if (timeout.aborted) throw this.#failure(`did not print ${String(regexp)} on ${on} in time`);
      await this.#change(timeout);
    }
  }

  /** For the session: handles a frame for this process. Returns true for the last one. */
  handle(frame: Frame): boolean {
    switch (frame.type) {
      case FRAME.started:
        this.#started.resolve(frame.data.readUInt32LE(0));
        return false;
      case FRAME.output:
        this.emit('data', frame.data);
        this.#stdout.take(frame.data).forEach((line) => this.emit('line', line));
        break;
      case FRAME.errorOutput:
        this.emit('errorData', frame.data);
        this.#stderr.take(frame.data).forEach((line) => this.emit('errorLine', line));
        break;
      case FRAME.exit:
        this.#finish(frame.data.readUInt32LE(0), frame.data.readUInt32LE(4));
        break;
      case FRAME.failed:
        this.fail(new Error(`${this.command}: ${frame.data.toString()}`));
    }
    this.emit('change');
    return this.#ended !== undefined;
  }

  /** For the session: no more frames will arrive. */
  fail(error: Error): void {
    this.#ended = error;
    this.#started.reject(error);
    this.#exit.reject(error);
    this.emit('change');
  }

  #finish(code: number, signal: number): void {
    const result = {
      code: signal ? null : code,
      signal: signalName(signal),
      stdout: this.stdout,
      stderr: this.stderr,
    };
    this.#ended = result;
    this.#exit.resolve(result);
  }

  #change(timeout: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.off('change', done);
        timeout.removeEventListener('abort', done);
        resolve();
      };
      this.on('change', done);
      timeout.addEventListener('abort', done);
    });
  }

  #failure(what: string): Error {
    if (this.#ended instanceof Error) return this.#ended;
    return new Error(`${this.command}: ${what}\nstdout:\n${this.stdout}\nstderr:\n${this.stderr}`);
  }
}
