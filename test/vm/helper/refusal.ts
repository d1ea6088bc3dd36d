// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, expect} from 'vitest';
import type {Actor} from './actor.js';
import type {Op} from './guard.js';
import type {Lab} from './lab.js';
import {Watcher} from './watcher.js';

export interface Refusal {
  actor: Actor;
  watcher: Watcher;
  words: readonly (string | number)[];
  op: Op;
  /** Absent: any. */
  rule?: number;
  path: unknown;
  error?: string;
  /** What must be the same afterwards; false where the test looks at that itself. */
  unchanged: (() => Promise<unknown>) | false;
}

/** The errno, the event, and that nothing changed. */
export async function expectRefusal(refusal: Refusal): Promise<void> {
  const {unchanged} = refusal;
  const before = unchanged && (await unchanged());
  const {words, op, rule = expect.any(Number) as unknown, path, error = 'EACCES'} = refusal;
  expect([words, await refusal.actor.do(...words)]).toEqual([words, error]);
  const event = await refusal.watcher.next();
  expect({op: event.op, path: event.path, rule: event.rule}).toEqual({op, path, rule});
  expect(event).toMatchObject({verdict: 'deny', reason: 'rule', pid: refusal.actor.pid});
  if (unchanged) expect(await unchanged()).toEqual(before);
}

/** Expects that the lab's intruder is refused; the path is by default that of the route. */
export type Refuses = (
  words: Refusal['words'],
  op: Op,
  rest: Pick<Refusal, 'unchanged'> & Partial<Pick<Refusal, 'rule' | 'path' | 'error'>>,
) => Promise<void>;

/** For a file whose only watched actor is the lab's intruder. */
export function useRefusals(lab: Lab): Refuses {
  let watcher: Watcher;
  beforeAll(async () => {
    watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  });
  afterAll(() => watcher.end());
  return (words, op, rest) =>
    expectRefusal({actor: lab.intruder, watcher, words, op, path: words[1], ...rest});
}
