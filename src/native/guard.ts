// SPDX-License-Identifier: MIT
import type {Explanation, Query} from '../domain/explanation.js';
import type {EventFilter} from '../domain/filter.js';
import type {Answer, Question} from '../domain/question.js';
import type {Remembered} from '../domain/remembered.js';
import type {KernelRule, RuleRequest} from '../domain/rule.js';
import type {KernelStatus} from '../domain/status.js';

export interface Added {
  id: number;
  existed: boolean;
  replaced: boolean;
}

/** A connection to the module. Refusals are thrown as ModuleError. */
export interface Guard {
  addRules(rules: readonly RuleRequest[]): Added[];
  deleteRules(ids: readonly number[]): void;
  /** Replaces the whole set in one step; the rules get new ids. */
  setRules(rules: readonly RuleRequest[]): void;
  clearRules(): void;
  listRules(): KernelRule[];
  explain(query: Query): Explanation;
  status(): KernelStatus;
  /** Freezes rules and module until reboot. */
  lock(): void;
  /** Turns the connection into an event stream, which closes it at its end. */
  subscribe(filter: EventFilter): EventStream;
  /** Turns the connection into an answerer's stream, of questions and how they ended. */
  attach(): EventStream;
  /** Answers a question; not on a connection that is a stream. */
  answer(id: string, answer: Answer): void;
  /** The questions that wait now. */
  questions(): Question[];
  /** The answers that rules remember, the oldest first. */
  remembered(): Remembered[];
  /** Lets rules forget these answers, all of them or none. */
  forget(ids: readonly number[]): void;
  forgetAll(): void;
  close(): void;
}

/** Why a stream ended by itself or was stopped. */
export type StreamEnd = 'stopped' | 'unloaded';

export interface EventStream {
  /** Batches of packed records. A batch's memory is used again once the next one is asked for. */
  batches(): AsyncGenerator<Uint8Array, StreamEnd>;
  /** Ends the stream now, also while it waits. */
  stop(): void;
}
