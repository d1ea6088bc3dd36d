// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import type {Question} from '../../../src/domain/question.js';
import {FairQueue} from '../../../src/services/ask/fair-queue.js';
import {QUESTION} from '../question.js';

/* A question of a user with so many seconds left. */
const question = (id: string, uid: number, seconds: number, loginuid: number | null = null) => ({
  ...QUESTION,
  id,
  uid,
  loginuid,
  deadline: BigInt(seconds) * 1_000_000_000n,
});

function queueOf(...questions: Question[]): FairQueue {
  const queue = new FairQueue();
  for (const one of questions) queue.add(one);
  return queue;
}

function order(queue: FairQueue): string {
  const ids: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) ids.push(next.id);
  return ids.join(' ');
}

describe('questions that wait for their turn', () => {
  it('of one user: the most urgent first', () => {
    expect(order(queueOf(question('a', 1, 9), question('b', 1, 3), question('c', 1, 6)))).toBe(
      'b c a',
    );
  });

  it('of several: one of each in turn, whoever is urgent first', () => {
    const many = [1, 2, 3, 4].map((at) => question(`a${at}`, 1, at));
    const queue = queueOf(...many, question('b1', 2, 100), question('b2', 2, 101));
    expect(order(queue)).toBe('a1 b1 a2 b2 a3 a4');
  });

  it('one who asks again at once stands behind those who wait', () => {
    const queue = queueOf(question('a', 1, 1), question('b', 2, 100));
    expect(queue.take()?.id).toBe('a');
    queue.add(question('c', 1, 1));
    expect(order(queue)).toBe('b c');
  });

  it.each([
    ['many users of one login are one', [1001, 1002, 1003].map((uid) => [uid, 1000])],
    ['root is root, whoever logged in', [1000, 1001, 1002].map((login) => [0, login])],
  ])('%s', (_what, users) => {
    const many = users.map(([uid = 0, login = 0], at) => question(`a${at}`, uid, at, login));
    expect(order(queueOf(...many, question('b', 7, 100)))).toBe('a0 b a1 a2');
  });

  it('some users may be passed over', () => {
    const queue = queueOf(question('a', 1, 1), question('b', 2, 2));
    expect(queue.take((user) => user !== 1)?.id).toBe('b');
    expect(queue.take((user) => user !== 1)).toBeUndefined();
    expect(order(queue)).toBe('a');
  });

  it('what is taken out does not come', () => {
    const [a, b] = [question('a', 1, 1), question('b', 1, 2)];
    const queue = queueOf(a, b);
    expect([queue.remove(a), queue.remove(a)]).toEqual([true, false]);
    expect(order(queue)).toBe('b');
  });
});
