// SPDX-License-Identifier: MIT
import {once as answerOnce} from '../../domain/answer.js';
import {type Invocation, type Question, timeLeft} from '../../domain/question.js';
import {UserError} from '../../domain/errors.js';
import {fguard_verdict as VERDICT} from '../../domain/uapi.gen.js';
import {findProgram} from '../../linux/find-program.js';
import {accountOf} from './account.js';
import type {Answerer} from './answerer.js';
import {FairQueue} from './fair-queue.js';
import {readInvocation} from './invocation.js';
import {type ProgramEnd, ProgramRun} from './program-run.js';
import {questionEnvironment} from './question-environment.js';
import type {AskMode} from './session.js';

/**
 * How many programs run at a time; further requests wait their turn. Each user gets
 * at most as many as remain free, so there is always room for another user.
 */
export const PROGRAMS_MAX = 16;

const VERDICT_OF_EXIT: Readonly<Record<number, number>> = {
  0: VERDICT.FGUARD_VERDICT_ALLOW,
  1: VERDICT.FGUARD_VERDICT_DENY,
};

/** The outcome of a request. */
export interface Decision {
  question: Question;
  /** Undefined where the program gave no answer. */
  verdict: number | undefined;
  /** Why there is no answer, or why it had no effect. */
  problem?: string;
}

export interface ProgramSettings {
  /** An executable that was found. */
  program: string;
  /** The answer if the program gives none; undefined: none. */
  defaultVerdict: number | undefined;
  /** The question as the program reads it. */
  document: (question: Question, invocation: Invocation) => string;
  userName: (uid: number) => string;
  decided: (decision: Decision) => Promise<void> | undefined;
}

/** The executable that a word means, as a shell would look for it. */
export function requireProgram(word: string): string {
  const found = findProgram(word, process.env.PATH ?? '');
  if (found !== undefined) return found;
  throw new UserError('ENOENT', `--exec ${word}: no such program`);
}

/* Taken by a request that is being inspected, or by its program. */
interface Place {
  user: number;
  run?: ProgramRun;
}

/** A program is run for each question, and its exit code is the answer. */
export class ProgramMode implements AskMode {
  private readonly queue = new FairQueue();
  private readonly running = new Map<string, Place>();

  private isOver = false;
  private fail: (error: unknown) => void = () => undefined;
  private readonly failure = new Promise<void>((_resolve, reject) => (this.fail = reject));

  constructor(
    private readonly answerer: Answerer,
    private readonly settings: ProgramSettings,
  ) {}

  asked(question: Question): undefined {
    this.queue.add(question);
    this.startSome();
  }

  closed(question: Question): undefined {
    this.queue.remove(question);
    this.running.get(question.id)?.run?.kill();
  }

  start(): Promise<void> {
    return this.failure;
  }

  /** Nobody waits for their answers any more. */
  stop(): undefined {
    this.isOver = true;
    this.queue.clear();
    for (const {run} of this.running.values()) run?.kill();
  }

  private startSome(): void {
    const mayHaveOne = (user: number): boolean => this.runningOf(user) < this.free();
    for (;;) {
      const question = this.queue.take(mayHaveOne);
      if (question === undefined) return;
      this.look(question).catch(this.fail);
    }
  }

  private free(): number {
    return PROGRAMS_MAX - this.running.size;
  }

  private runningOf(user: number): number {
    return [...this.running.values()].filter((one) => one.user === user).length;
  }

  private async look(question: Question): Promise<void> {
    const place: Place = {user: accountOf(question)};
    this.running.set(question.id, place);
    const invocation = await readInvocation(question);
    if (this.answerer.waiting.has(question.id) && !this.isOver)
      place.run = this.launch(question, invocation);
    else this.leave(question);
  }

  private launch(question: Question, invocation: Invocation): ProgramRun {
    const {program, document, userName} = this.settings;
    const task = {
      program,
      env: {...process.env, ...questionEnvironment(question, userName)},
      input: document(question, invocation),
      milliseconds: timeLeft(question.deadline),
    };
    return new ProgramRun(task, (end) => {
      this.finished(question, end);
    });
  }

  private finished(question: Question, end: ProgramEnd): void {
    if (this.answerer.waiting.has(question.id)) this.decide(question, end);
    this.leave(question);
  }

  private leave({id}: Question): void {
    this.running.delete(id);
    this.startSome();
  }

  private decide(question: Question, {code, text}: ProgramEnd): void {
    const own = code === null ? undefined : VERDICT_OF_EXIT[code];
    const verdict = own ?? this.settings.defaultVerdict;
    const decision = {question, verdict, ...(own === undefined ? {problem: text} : {})};
    const isSaid =
      verdict === undefined || this.answerer.answer(question.id, answerOnce(verdict)) !== 'late';
    if (isSaid) void this.settings.decided(decision);
  }
}
