// SPDX-License-Identifier: MIT
import {beforeEach, describe, expect, it, vi} from 'vitest';

import type {EventFilter} from '../../../src/domain/filter.js';
import type {EventRecord} from '../../../src/domain/records.js';
import {ModuleError} from '../../../src/domain/errors.js';
import {type EventOutput, watch} from '../../../src/services/watch.js';
import {eventually} from '../eventually.js';
import {FakeGuard, FakeStream} from '../fake-guard.js';
import {packAccess, packGap} from '../records.js';

const state = vi.hoisted((): {guard: unknown} => ({guard: undefined}));
vi.mock('../../../src/native/index.js', () => ({
  connect: () => Promise.resolve(state.guard),
}));
vi.mock('../../../src/linux/libc/index.js', () => ({
  onHangUp: () => Promise.resolve({stop: () => undefined}),
}));

const filter: EventFilter = {
  all: true,
  ops: 0,
  verdicts: 0,
  paths: [],
  trees: [],
  suffixes: [],
  pids: [],
  exes: [],
  uids: [],
};

class Output implements EventOutput {
  text = '';
  full = false;
  closed: (error?: Error) => void = () => undefined;

  write(events: Iterable<EventRecord>): Promise<void> | undefined {
    for (const {type, seq} of events) this.text += `${type}${seq} `;
    return this.full ? new Promise(() => undefined) : undefined;
  }

  onClosed(callback: (error?: Error) => void): void {
    this.closed = callback;
  }
}

let guard: FakeGuard;
let output: Output;

beforeEach(() => {
  guard = new FakeGuard();
  state.guard = guard;
  output = new Output();
});

const batch = (...seqs: number[]): Uint8Array =>
  Buffer.concat(seqs.map((seq) => packAccess({seq})));

const run = (count = Infinity, signal = new AbortController().signal, started = () => undefined) =>
  watch({filter, count, milliseconds: undefined, signal}, output, started);

describe('watch', () => {
  it('passes every record on until the module goes', async () => {
    const gap = packGap(3, 5, 0n, 0n);
    guard.stream = new FakeStream([batch(1, 2), gap, batch(4)], 'unloaded');
    expect(await run()).toEqual({end: 'unloaded', events: 3, lost: 5});
    expect(output.text).toBe('access1 access2 gap3 access4 ');
    expect(guard.filter).toBe(filter);
  });

  it('stops at the count, in the middle of a batch', async () => {
    guard.stream = new FakeStream([batch(1), batch(2, 3, 4), batch(5)], 'unloaded');
    expect(await run(2)).toEqual({end: 'count', events: 2, lost: 0});
    expect(output.text).toBe('access1 access2 ');
    expect(guard.stream.stopped).toBe(true);
  });

  it('does not wait for a full output once it is interrupted', async () => {
    output.full = true;
    const controller = new AbortController();
    guard.stream = new FakeStream([batch(1), batch(2)], 'unloaded');
    const done = run(Infinity, controller.signal);
    await eventually(() => {
      expect(output.text).toBe('access1 ');
    });
    controller.abort();
    expect(await done).toMatchObject({end: 'interrupted', events: 1});
  });

  it('a timer or a signal that is due comes before the batches that are there', async () => {
    const controller = new AbortController();
    const batches = Array.from({length: 1000}, (_, index) => batch(index));
    guard.stream = new FakeStream(batches, 'unloaded');
    const done = run(Infinity, controller.signal, () => {
      setImmediate(() => {
        controller.abort();
      });
      return undefined;
    });
    const {end, events} = await done;
    expect(end).toBe('interrupted');
    expect(events).toBeLessThanOrEqual(2);
  });

  it('ends when nobody reads', async () => {
    output.full = true;
    guard.stream = new FakeStream([batch(1), batch(2)], 'unloaded');
    const done = run();
    await eventually(() => {
      expect(output.text).toBe('access1 ');
    });
    output.closed();
    expect(await done).toMatchObject({end: 'closed'});
  });

  it('an output that cannot be written is an error', async () => {
    guard.stream = new FakeStream([batch(1)], 'unloaded');
    const started = (): undefined => {
      output.closed(new Error('no space'));
      return undefined;
    };
    await expect(run(Infinity, undefined, started)).rejects.toThrow('no space');
  });

  it('an output that fails while it is written to is not waited for', async () => {
    const stream = new FakeStream([batch(1), batch(2)], 'unloaded');
    guard.stream = stream;
    output.write = () => {
      output.closed(new Error('too long'));
      return new Promise(() => undefined);
    };
    await expect(run()).rejects.toThrow('too long');
    expect(stream.stopped).toBe(true);
  });

  it('a refused subscription closes the connection', async () => {
    guard.refusal = new ModuleError('EBUSY', 'another tracer');
    await expect(run()).rejects.toMatchObject({code: 'EBUSY', message: 'another tracer'});
    expect(guard.closed).toBe(1);
  });
});
