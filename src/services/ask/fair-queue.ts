// SPDX-License-Identifier: MIT
import type {Question} from '../../domain/question.js';
import {accountOf} from './account.js';

/* Users that had their turn lately. */
const REMEMBERED = 4096;

const mostUrgent = (questions: Iterable<Question>): Question | undefined => {
  let first: Question | undefined;
  for (const question of questions)
    if (first === undefined || question.deadline < first.deadline) first = question;
  return first;
};

/**
 * Pending requests that nobody has looked at yet. Users take turns, however many
 * requests each of them has; each user's most urgent one comes first.
 */
export class FairQueue {
  private readonly byUser = new Map<number, Map<string, Question>>();
  /* Users that had a turn, the latest last, each with the number of that turn. */
  private readonly turns = new Map<number, number>();
  private count = 0;

  add(question: Question): void {
    const user = accountOf(question);
    const own = this.byUser.get(user) ?? new Map<string, Question>();
    this.byUser.set(user, own.set(question.id, question));
  }

  /** Whether it was there. */
  remove(question: Question): boolean {
    const user = accountOf(question);
    const own = this.byUser.get(user);
    const wasThere = own?.delete(question.id) === true;
    if (own?.size === 0) this.byUser.delete(user);
    return wasThere;
  }

  clear(): void {
    this.byUser.clear();
  }

  /**
   * Takes the next one out.
   * @param may whether a user may have one now
   */
  take(may: (user: number) => boolean = () => true): Question | undefined {
    const users = [...this.byUser.keys()].filter(may);
    const longest = Math.min(...users.map((user) => this.lastTurn(user)));
    const next = mostUrgent(
      users.filter((user) => this.lastTurn(user) === longest).flatMap((user) => this.first(user)),
    );
    if (next === undefined) return undefined;
    this.remove(next);
    this.note(accountOf(next));
    return next;
  }

  private first(user: number): Question[] {
    const question = mostUrgent(this.byUser.get(user)?.values() ?? []);
    return question === undefined ? [] : [question];
  }

  private lastTurn(user: number): number {
    return this.turns.get(user) ?? 0;
  }

  private note(user: number): void {
    this.turns.delete(user);
    this.turns.set(user, ++this.count);
    const [oldest] = this.turns.keys();
    if (this.turns.size > REMEMBERED && oldest !== undefined) this.turns.delete(oldest);
  }
}
