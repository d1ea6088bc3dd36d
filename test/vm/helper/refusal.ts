// SPDX-License-Identifier: MIT
import {expect} from 'vitest';
import type {Actor} from './actor.js';
import type {Op} from './guard.js';
import type {Watcher} from './watcher.js';

export interface Refusal {
  actor: Actor;
  watcher: Watcher;
  words: readonly (string | number)[];
  op: Op;
  rule: number;
  path: unknown;
  error?: string;
  /** What must be the same afterwards. */
  unchanged: () => Promise<unknown>;
}

/** The errno, the event, and that nothing changed. */
export async function expectRefusal(refusal: Refusal): Promise<void> {
  const before = await refusal.unchanged();
  const {words, op, rule, path, error = 'EACCES'} = refusal;
  expect([words[0], await refusal.actor.do(...words)]).toEqual([words[0], error]);
  const event = await refusal.watcher.next();
  expect({op: event.op, path: event.path, rule: event.rule}).toEqual({op, path, rule});
  expect(event).toMatchObject({verdict: 'deny', reason: 'rule'});
  expect(await refusal.unchanged()).toEqual(before);
}
