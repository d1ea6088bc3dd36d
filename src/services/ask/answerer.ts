// SPDX-License-Identifier: MIT
import {once as answerOnce} from '../../domain/answer.js';
import {
  type Answer,
  type AnswerResult,
  type Closing,
  type Question,
  type Rest,
  toQuestion,
} from '../../domain/question.js';
import {type AskRecord, askRecords} from '../../domain/records.js';
import {ModuleError} from '../../domain/errors.js';
import type {EventStream, Guard, StreamEnd} from '../../native/index.js';
import {fguard_closed as CLOSED} from '../../domain/uapi.gen.js';
import {explain, openGuard} from '../guard.js';
import {turn} from '../../linux/turn.js';

/** Handles questions. A returned promise delays the next one. */
export interface AskListener {
  asked(question: Question): Promise<void> | undefined;
  /** A question did not end by our answer. */
  closed(question: Question, closing: Closing): Promise<void> | undefined;
}

const isRefusal = (error: unknown, code: string): boolean =>
  error instanceof ModuleError && error.code === code;

/** An answerer attached to the module: questions arrive on a stream, answers go by another connection. */
export class Answerer {
  /** The pending questions, in the order of arrival. */
  readonly waiting = new Map<string, Question>();
  /* Questions that we answered: the module reports their end, which is no news. */
  private readonly answered = new Set<string>();
  private open = true;
  private release: () => void = () => undefined;
  private readonly left = new Promise<void>((resolve) => (this.release = resolve));

  private constructor(
    private readonly stream: EventStream,
    private readonly guard: Guard,
  ) {}

  static async attach(): Promise<Answerer> {
    const guard = await openGuard();
    try {
      return new Answerer(await attachStream(), guard);
    } catch (error) {
      guard.close();
      throw error;
    }
  }

  /** Passes everything to the listener, until it is aborted or the module is unloaded. */
  async run(listener: AskListener): Promise<StreamEnd> {
    const batches = this.stream.batches();
    try {
      let next = await batches.next();
      for (; next.done !== true; next = await batches.next()) {
        for (const record of askRecords(next.value)) await this.take(record, listener);
        await turn();
      }
      return next.value;
    } catch (error) {
      throw explain(error);
    } finally {
      this.open = false;
      await batches.return('stopped');
      this.guard.close();
    }
  }

  answer(id: string, answer: Answer): AnswerResult {
    if (!this.open) return 'late';
    try {
      this.guard.answer(id, answer);
    } catch (error) {
      if (isRefusal(error, 'ENOENT')) return 'late';
      if (isRefusal(error, 'EOPNOTSUPP')) return this.answerOnce(id, answer);
      throw explain(error);
    }
    this.answered.add(id);
    this.waiting.delete(id);
    return 'taken';
  }

  /** The current state of a rule, if it still exists. */
  rule(id: number) {
    return this.open ? this.guard.listRules().find((rule) => rule.id === id) : undefined;
  }

  /** Ends run(). Pending questions get this answer, or are left to other answerers and the rules. */
  leave(verdict?: number): Rest {
    const rest = {waiting: this.waiting.size, others: this.others(), verdict};
    if (verdict !== undefined)
      for (const id of [...this.waiting.keys()]) this.answer(id, answerOnce(verdict));
    this.stream.stop();
    this.release();
    return rest;
  }

  private answerOnce(id: string, {verdict}: Answer): AnswerResult {
    const result = this.answer(id, answerOnce(verdict));
    return result === 'taken' ? 'once' : result;
  }

  /* An unloaded module has no answerers. */
  private others(): number {
    try {
      return this.open ? this.guard.status().answerers - 1 : 0;
    } catch {
      return 0;
    }
  }

  private async take(record: AskRecord, listener: AskListener): Promise<void> {
    if (record.type === 'question') return this.ask(toQuestion(record), listener);
    if (record.type === 'gap') return this.catchUp(listener);
    const {id, reason, verdict} = record;
    return this.close({id: String(id), reason, verdict}, listener);
  }

  private async ask(question: Question, listener: AskListener): Promise<void> {
    const {id} = question;
    if (this.waiting.has(id) || this.answered.has(id)) return;
    this.waiting.set(id, question);
    await this.unlessLeft(listener.asked(question));
  }

  private async close(closing: Closing, listener: AskListener): Promise<void> {
    const question = this.waiting.get(closing.id);
    this.waiting.delete(closing.id);
    this.answered.delete(closing.id);
    if (question !== undefined) await this.unlessLeft(listener.closed(question, closing));
  }

  /* After a gap, the list is read again; how a missing request ended is not known. */
  private async catchUp(listener: AskListener): Promise<void> {
    const now = this.guard.questions();
    const ids = new Set(now.map(({id}) => id));
    for (const id of this.answered) if (!ids.has(id)) this.answered.delete(id);
    for (const {id, defaultVerdict} of [...this.waiting.values()])
      if (!ids.has(id))
        await this.close(
          {id, reason: CLOSED.FGUARD_CLOSED_GONE, verdict: defaultVerdict},
          listener,
        );
    for (const question of now) await this.ask(question, listener);
  }

  /* On quitting, do not wait for a reader that reads nothing. */
  private async unlessLeft(done: Promise<void> | undefined): Promise<void> {
    if (done !== undefined) await Promise.race([done, this.left]);
  }
}

async function attachStream(): Promise<EventStream> {
  const guard = await openGuard();
  try {
    return guard.attach();
  } catch (error) {
    guard.close();
    throw explain(error);
  }
}
