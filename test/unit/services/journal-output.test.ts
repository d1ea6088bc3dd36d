// SPDX-License-Identifier: MIT
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {type EventRecord, records} from '../../../src/domain/records.js';
import type {Datagrams, Sent} from '../../../src/linux/libc/datagram.js';
import {JournalOutput} from '../../../src/services/journal/journal-output.js';
import {type AccessFields, packAccess, packGap} from '../records.js';

/** A journal that takes what it is told to take. */
class FakeJournal implements Datagrams {
  taken: string[] = [];
  says: Sent = 'sent';
  isOpen = true;
  room: () => void = () => undefined;

  send(data: Buffer): Sent {
    if (this.says === 'sent') this.taken.push(data.toString());
    return this.says;
  }

  onRoom(callback: () => void): void {
    this.room = callback;
  }

  close(): void {
    this.isOpen = false;
  }
}

const state = vi.hoisted((): {journal: Datagrams | undefined} => ({journal: undefined}));
vi.mock('../../../src/linux/libc/index.js', () => ({
  connectDatagrams: () => Promise.resolve(state.journal),
}));

let journal: FakeJournal;
let output: JournalOutput;

beforeEach(async () => {
  vi.useFakeTimers();
  state.journal = journal = new FakeJournal();
  output = await JournalOutput.open('/socket', (record) => Buffer.from(String(record.seq)));
});

afterEach(() => {
  vi.useRealTimers();
});

const events = (...seqs: number[]): EventRecord[] => [
  ...records(Buffer.concat(seqs.map((seq) => packAccess({seq})))),
];

const about = (fields: Partial<AccessFields>): EventRecord[] => [...records(packAccess(fields))];

/* Whether a promise has come true. */
async function isDone(promise: Promise<void> | undefined): Promise<boolean> {
  let done = false;
  void promise?.then(() => (done = true));
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

describe('the journal as an output', () => {
  it('takes an entry for each event, at once', () => {
    expect(output.write(events(1, 2))).toBeUndefined();
    expect(journal.taken).toEqual(['1', '2']);
  });

  it('has what it has no room for wait', async () => {
    journal.says = 'full';
    const drained = output.write(events(1, 2));
    expect(await isDone(drained)).toBe(false);
    journal.says = 'sent';
    journal.room();
    expect(await isDone(drained)).toBe(true);
    expect(journal.taken).toEqual(['1', '2']);
  });

  it('may go and come back: nothing is lost, nothing twice', async () => {
    void output.write(events(1));
    journal.says = 'gone';
    const drained = output.write(events(2, 3));
    const before = journal;
    state.journal = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    state.journal = journal = new FakeJournal();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await isDone(drained)).toBe(true);
    expect([before.taken, journal.taken]).toEqual([['1'], ['2', '3']]);
    expect([before.isOpen, journal.isOpen]).toEqual([false, true]);
  });

  it('that is closed while it waits leaves nothing behind', async () => {
    journal.says = 'gone';
    void output.write(events(1));
    await output.end();
    expect(journal.isOpen).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that never takes an entry is an error', () => {
    const failed = vi.fn();
    output.onClosed(failed);
    journal.says = 'too long';
    void output.write(events(1));
    expect(failed).toHaveBeenCalledWith(
      expect.objectContaining({message: 'the journal does not accept an entry of 1 bytes'}),
    );
  });

  it('that is not there is said to be', async () => {
    state.journal = undefined;
    await expect(JournalOutput.open('/socket', () => Buffer.alloc(0))).rejects.toMatchObject({
      code: 'ENOJOURNAL',
      message: 'no journal at /socket',
    });
  });

  it('is not told of its own doing, which would have no end', () => {
    const exe = '/usr/lib/systemd/systemd-journald';
    void output.write(about({seq: 1, exe, uid: 0}));
    void output.write(about({seq: 2, exe, uid: 1000}));
    void output.write(about({seq: 3, exe: `${exe}2`, uid: 0}));
    void output.write([...records(packGap(4, 1, 0n, 1n))]);
    expect(journal.taken).toEqual(['2', '3', '4']);
  });
});
