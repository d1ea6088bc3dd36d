// SPDX-License-Identifier: MIT
import type {EventFilter} from '../domain/filter.js';
import {type EventRecord, records} from '../domain/records.js';
import {UserError} from '../domain/errors.js';
import {onHangUp} from '../linux/libc/index.js';
import type {EventStream} from '../native/index.js';
import {explain, openGuard} from './guard.js';
import {turn} from '../linux/turn.js';

/** The destination of the events. */
export interface EventOutput {
  /** The descriptor that is written to: the watch ends when nobody reads it any more. */
  readonly descriptor?: number;
  /** Does not use the events after it returns. A returned promise resolves when there is room for more. */
  write(events: Iterable<EventRecord>): Promise<void> | undefined;
  /** Calls back when the reader is gone, or when writing failed. */
  onClosed(callback: (error?: Error) => void): void;
}

export interface WatchRequest {
  filter: EventFilter;
  /** Ends after so many events. */
  count: number;
  /** Ends after so many milliseconds. */
  milliseconds: number | undefined;
  /** Ends when aborted. */
  signal: AbortSignal;
}

export type WatchEnd = 'count' | 'time' | 'closed' | 'interrupted' | 'unloaded';

export interface WatchSummary {
  end: WatchEnd;
  events: number;
  lost: number;
}

/** One watch: the stream, what was seen of it, and the first reason to end. */
class Watch {
  private events = 0;
  private lost = 0;
  private end: WatchEnd | undefined;
  private failure: Error | undefined;
  private release: () => void = () => undefined;

  constructor(
    private readonly stream: EventStream,
    private readonly output: EventOutput,
    private readonly count: number,
  ) {}

  stop(end: WatchEnd): void {
    this.end ??= end;
    this.stream.stop();
    this.release();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.stop('closed');
  }

  async run(): Promise<WatchSummary> {
    const batches = this.stream.batches();
    try {
      let next = await batches.next();
      for (; next.done !== true; next = await batches.next()) {
        await this.take(next.value);
        await turn();
      }
      if (this.failure === undefined) return this.summary(next.value === 'unloaded');
    } finally {
      await batches.return('stopped');
    }
    throw this.failure;
  }

  private async take(batch: Uint8Array): Promise<void> {
    if (this.end !== undefined) return;
    await this.room(this.output.write(this.wanted(batch)));
    if (this.events >= this.count) this.stop('count');
  }

  /* Those of a batch that are still wanted, counted. */
  private *wanted(batch: Uint8Array): Generator<EventRecord> {
    for (const record of records(batch)) {
      yield record;
      if (record.type === 'gap') this.lost += record.lost;
      else if (++this.events >= this.count) break;
    }
  }

  /*
   * Stopping the watch does not wait for a reader that reads nothing. An output
   * may have stopped it while it was written to.
   */
  private async room(drained: Promise<void> | undefined): Promise<void> {
    if (drained === undefined || this.end !== undefined) return;
    await new Promise<void>((resolve, reject) => {
      this.release = resolve;
      drained.then(resolve, reject);
    });
  }

  private summary(unloaded: boolean): WatchSummary {
    const end = this.end ?? (unloaded ? 'unloaded' : 'interrupted');
    return {end, events: this.events, lost: this.lost};
  }
}

async function subscribe(filter: EventFilter): Promise<EventStream> {
  const guard = await openGuard();
  try {
    return guard.subscribe(filter);
  } catch (error) {
    guard.close();
    throw explain(error);
  }
}

/** Streams events to the output until there is a reason to end. */
export async function watch(
  request: WatchRequest,
  output: EventOutput,
  started: () => void,
): Promise<WatchSummary> {
  const stream = await subscribe(request.filter);
  const current = new Watch(stream, output, request.count);
  const stopOn = (end: WatchEnd) => (): void => {
    current.stop(end);
  };
  const timer = setTimer(request.milliseconds, stopOn('time'));
  const {descriptor} = output;
  const hangUp =
    descriptor === undefined ? undefined : await onHangUp(descriptor, stopOn('closed'));
  output.onClosed((error) => {
    if (error === undefined) current.stop('closed');
    else current.fail(new UserError('EOUTPUT', `cannot write the output: ${error.message}`));
  });
  if (request.signal.aborted) current.stop('interrupted');
  else request.signal.addEventListener('abort', stopOn('interrupted'), {once: true});
  started();
  try {
    return await current.run();
  } catch (error) {
    throw explain(error);
  } finally {
    clearTimeout(timer);
    hangUp?.stop();
  }
}

const setTimer = (milliseconds: number | undefined, end: () => void): NodeJS.Timeout | undefined =>
  milliseconds === undefined ? undefined : setTimeout(end, milliseconds);
