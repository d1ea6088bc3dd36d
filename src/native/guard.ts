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

/** A connection to the module. Errors of the module are thrown as ModuleError. */
export interface Guard {
  addRules(rules: readonly RuleRequest[]): Added[];
  deleteRules(ids: readonly number[]): void;
  /** Replaces all rules in one step; the new ones get new ids. */
  setRules(rules: readonly RuleRequest[]): void;
  clearRules(): void;
  listRules(): KernelRule[];
  explain(query: Query): Explanation;
  status(): KernelStatus;
  /** Freezes rules and module until reboot. */
  lock(): void;
  /** Turns the connection into an event stream, which closes the connection when it ends. */
  subscribe(filter: EventFilter): EventStream;
  /** Turns the connection into an answerer's stream of questions and of how they ended. */
  attach(): EventStream;
  /** Answers a question; must not be called on a connection that is a stream. */
  answer(id: string, answer: Answer): void;
  /** The pending questions. */
  questions(): Question[];
  /** The remembered answers, the oldest first. */
  remembered(): Remembered[];
  /** Makes rules forget these answers, all of them or none. */
  forget(ids: readonly number[]): void;
  forgetAll(): void;
  close(): void;
}

/** Why a stream ended. */
export type StreamEnd = 'stopped' | 'unloaded';

export interface EventStream {
  /** Batches of packed records. The memory of a batch is reused when the next one is requested. */
  batches(): AsyncGenerator<Uint8Array, StreamEnd>;
  /** Ends the stream, even while it waits. */
  stop(): void;
}
