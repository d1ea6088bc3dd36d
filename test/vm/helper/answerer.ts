// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {GuestProcess} from '../runner/process.js';
import {vm} from '../runner/shared.js';
import {PROGRAMS} from './build.js';
import {type Failure, Guard, toWords, type Verdict} from './guard.js';
import {Lines} from './lines.js';
import type {Asked} from './watcher.js';

/** A question; its verdict is the default of the rule. */
export interface Question extends Asked {
  type: 'question';
  id: number;
  /** The script that the asker runs. */
  script?: string;
  deadline: number;
}

export interface Closed {
  type: 'closed';
  seq: number;
  id: number;
  reason: 'answered' | 'expired' | 'gone';
  /** What became of the access. */
  verdict: Verdict;
}

/** What an answerer prints besides: its own answers, and how it fared with files. */
export type Note =
  | {type: 'answered'; id: number}
  | {type: 'read' | 'log'; errno: string}
  | {type: 'gap'; seq: number; lost: number};

export type AskRecord = Question | Closed | Note;

export interface Answer {
  verdict: Verdict;
  lifetime?: 'once' | 'process' | 'time' | 'forever';
  /** Milliseconds, for a time. */
  ttl?: number;
}

export interface Policy extends Answer {
  /** Answers questions about this path only. */
  match?: string;
  /** Milliseconds that it takes to think. */
  delay?: number;
  /** What it reads, and writes to, before it answers. */
  read?: string;
  log?: string;
  /** A child of its does both. */
  child?: boolean;
  /** As whom that child does. */
  user?: number;
}

/** A program in the guest that is asked, and answers by a policy or as the test says. */
export class Answerer {
  readonly #lines: Lines;
  /** Answers go by another connection. */
  readonly #guard = new Guard();

  private constructor(process: GuestProcess) {
    this.#lines = new Lines(process);
  }

  /** @param policy without it, only the test answers */
  static async start(policy?: Policy): Promise<Answerer> {
    const words = policy ? toWords({...policy, child: policy.child ? 1 : undefined}) : [];
    const answerer = new Answerer(vm.spawn([path.join(PROGRAMS, 'guard'), 'serve', ...words]));
    const first = await answerer.#lines.next();
    if (!first.includes('serving')) throw new Error(first);
    return answerer;
  }

  get process(): GuestProcess {
    return this.#lines.process;
  }

  /** The next record of any type. */
  async next(): Promise<AskRecord> {
    return JSON.parse(await this.#lines.next()) as AskRecord;
  }

  /** The next question; other records before it are skipped. */
  question(): Promise<Question> {
    return this.#nextOf((record): record is Question => record.type === 'question');
  }

  /** How a question, or the next one that ends, ended. */
  closed(id?: number): Promise<Closed> {
    return this.#nextOf(
      (record): record is Closed =>
        record.type === 'closed' && (id === undefined || record.id === id),
    );
  }

  async #nextOf<T extends AskRecord>(isIt: (record: AskRecord) => record is T): Promise<T> {
    for (;;) {
      const record = await this.next();
      if (isIt(record)) return record;
    }
  }

  /** Answers, and gives how that failed if it did. */
  answer(id: number, answer: Answer): Promise<Failure | object> {
    return this.#guard.ask('answer', {id, ...answer});
  }

  /** Answers the next question, which must still wait. */
  async reply(answer: Answer): Promise<Question> {
    const question = await this.question();
    await this.#guard.do('answer', {id: question.id, ...answer});
    return question;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.process.kill(signal);
    await Promise.all([this.process.exit, this.#guard.end()]);
  }
}

/** The questions that wait. */
export const questionsOf = async (guard: Guard): Promise<Question[]> =>
  (await guard.do<{questions: Question[]}>('questions')).questions;
