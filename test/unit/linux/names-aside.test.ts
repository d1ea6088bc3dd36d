// SPDX-License-Identifier: MIT
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {NamesAside} from '../../../src/linux/names-aside.js';
import type {User} from '../../../src/linux/passwd.js';

/** A user database that answers when it is told to. */
class Database {
  readonly asked: number[][] = [];
  private readonly answers: ((users: User[]) => void)[] = [];

  readonly find = (uids: readonly number[]): Promise<User[]> => {
    this.asked.push([...uids]);
    return new Promise((resolve) => this.answers.push(resolve));
  };

  async answer(...users: User[]): Promise<void> {
    this.answers.shift()?.(users);
    await vi.advanceTimersByTimeAsync(0);
  }
}

const ANN = {name: 'ann', uid: 1000};

let database: Database;
let names: NamesAside;

beforeEach(() => {
  vi.useFakeTimers();
  database = new Database();
  names = new NamesAside(database.find, [
    {name: 'root', uid: 0},
    {name: 'toor', uid: 0},
  ]);
});

afterEach(() => {
  vi.useRealTimers();
});

const range = (from: number, count: number): number[] =>
  Array.from({length: count}, (_, index) => from + index);

const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100);

describe('names that nobody waits for', () => {
  it('are those of this machine at once', () => {
    expect(names.name(0)).toBe('root');
    expect(database.asked).toEqual([]);
  });

  it('are digits until somebody else has said them', async () => {
    expect([names.name(1000), names.name(1000)]).toEqual(['1000', '1000']);
    await database.answer(ANN);
    expect(names.name(1000)).toBe('ann');
    expect(database.asked).toEqual([[1000]]);
  });

  it('stay digits where nobody knows them, and are asked for again after a while', async () => {
    names.name(1000);
    await database.answer();
    await pause();
    expect([names.name(1000), database.asked.length]).toEqual(['1000', 1]);
    await vi.advanceTimersByTimeAsync(60_000);
    names.name(1000);
    expect(database.asked).toEqual([[1000], [1000]]);
    await database.answer(ANN);
    expect(names.name(1000)).toBe('ann');
  });

  it('of a whole range cost two questions at a time, each about some, and not many a second', async () => {
    range(100_000, 65_536).forEach(names.name);
    expect(database.asked).toEqual([[100_000]]);
    await pause();
    expect(database.asked).toEqual([[100_000], range(100_001, 32)]);
    await pause();
    expect(database.asked).toHaveLength(2);
    await database.answer();
    await database.answer();
    expect(database.asked).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(99);
    expect(database.asked).toHaveLength(3);
  });

  it('that are known are not lost in a flood of those that are not', async () => {
    names.name(1000);
    await database.answer(ANN);
    for (const uid of range(100_000, 20_000)) {
      names.name(uid);
      if (uid % 32 !== 0) continue;
      await database.answer();
      await pause();
    }
    expect(names.name(1000)).toBe('ann');
  });
});
