// SPDX-License-Identifier: MIT
import {
  type Answer,
  type AnswerResult,
  type AskedPerson,
  type Closing,
  type Invocation,
  type Leaving,
  type Question,
  isLeaving,
} from '../../domain/question.js';
import type {Answerer} from './answerer.js';
import {FairQueue} from './fair-queue.js';
import {readInvocation} from './invocation.js';
import {parentChain} from './parents.js';
import type {AskMode} from './session.js';

/** A person at a terminal. What is aborted resolves with undefined. */
export interface Person {
  choose(asked: AskedPerson, signal: AbortSignal): Promise<Answer | Leaving | undefined>;
  /** Waits for the next request, or until the person quits. */
  idle(signal: AbortSignal): Promise<Leaving | undefined>;
  answered(question: Question, answer: Answer, result: AnswerResult): void;
  closed(question: Question, closing: Closing): void;
}

/** Shows a person one request at a time; users take turns, most urgent first. */
export class PersonMode implements AskMode {
  private readonly queue = new FairQueue();
  private running: Promise<Leaving | undefined> | undefined;
  private readonly over = new AbortController();
  /* Answered too late; their end is reported later. */
  private readonly ended = new Set<string>();
  /* What is on the screen, and how to remove it. */
  private shown: {id: string | undefined; cover: AbortController} | undefined;

  constructor(
    private readonly answerer: Answerer,
    private readonly person: Person,
  ) {}

  asked(question: Question): undefined {
    this.queue.add(question);
    if (this.shown?.id === undefined) this.shown?.cover.abort();
  }

  closed(question: Question, closing: Closing): undefined {
    this.queue.remove(question);
    if (!this.ended.delete(question.id)) this.person.closed(question, closing);
    if (this.shown?.id === question.id) this.shown.cover.abort();
  }

  async start(leave: (how: Leaving) => void): Promise<void> {
    this.running = this.run();
    const how = await this.running;
    if (how !== undefined) leave(how);
  }

  /** Stops asking; resolves once the screen is clear. */
  async stop(): Promise<void> {
    this.over.abort();
    this.shown?.cover.abort();
    await this.running;
  }

  /* Until the person leaves; undefined if it was stopped before. */
  private async run(): Promise<Leaving | undefined> {
    while (!this.over.signal.aborted) {
      const question = this.queue.take();
      const choice = await this.show(question);
      if (isLeaving(choice)) return choice;
      if (choice === undefined || question === undefined) continue;
      const result = this.answerer.answer(question.id, choice);
      if (result === 'late') this.ended.add(question.id);
      this.person.answered(question, choice, result);
    }
    return undefined;
  }

  private async show(question: Question | undefined): Promise<Answer | Leaving | undefined> {
    const cover = new AbortController();
    this.shown = {id: question?.id, cover};
    try {
      if (question === undefined) return await this.person.idle(cover.signal);
      const invocation = await readInvocation(question);
      if (cover.signal.aborted) return undefined;
      return await this.person.choose(this.facts(question, invocation), cover.signal);
    } finally {
      this.shown = undefined;
    }
  }

  private facts(question: Question, invocation: Invocation): AskedPerson {
    const {waiting} = this.answerer;
    return {
      question,
      parents: parentChain(question.ppid),
      invocation,
      rule: this.answerer.rule(question.rule),
      others: () => waiting.size - (waiting.has(question.id) ? 1 : 0),
    };
  }
}
