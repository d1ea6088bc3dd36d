// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

import {parseAnswerLine} from '../../domain/answer-line.js';
import type {AnswerResult, Closing, Invocation, Question} from '../../domain/question.js';
import {LineSplitter} from '../../linux/lines.js';
import type {Answerer} from './answerer.js';
import {Aside} from './aside.js';
import {FairQueue} from './fair-queue.js';
import {readInvocation} from './invocation.js';
import type {AskEnd, AskMode} from './session.js';

/** Formats the messages to a program that is connected by two pipes. */
export interface LineSpeaker {
  question: (question: Question, invocation: Invocation) => Promise<void> | undefined;
  closed: (closing: Closing) => Promise<void> | undefined;
  /** Reports a problem with a line from the program. */
  complain: (text: string) => void;
}

const RESULTS: Readonly<Record<Exclude<AnswerResult, 'taken'>, string>> = {
  once: 'applies to this access only: the executable could not be recognized again',
  late: 'is too late: the request is no longer pending',
};

/* An answer is short; a longer line is dropped. */
const ANSWER_MAX = 65_536;

/** Writes requests and reads answers, one per line. */
export class LineMode implements AskMode {
  private readonly queue = new FairQueue();
  private readonly closings: Closing[] = [];
  /* Questions that the program was sent, and has not answered. */
  private readonly told = new Set<string>();
  private readonly telling = new Aside(() => this.tellAll());
  private count = 0;
  private readonly lines = new LineSplitter(ANSWER_MAX);

  constructor(
    private readonly answerer: Answerer,
    private readonly input: Readable,
    private readonly speaker: LineSpeaker,
  ) {}

  /** Reads answers; at the end of input, the program is considered to have left. */
  start(leave: (end: AskEnd) => void): Promise<void> {
    const ended = (): void => {
      leave('left');
    };
    this.input.setEncoding('utf8').on('data', (piece: string) => {
      for (const line of this.lines.add(piece)) this.hear(line);
    });
    this.input.on('end', () => {
      this.hear(this.lines.rest);
    });
    for (const event of ['end', 'error', 'close']) this.input.on(event, ended);
    return this.telling.failure;
  }

  stop(): undefined {
    this.queue.clear();
    this.closings.length = 0;
    this.input.removeAllListeners('data');
    this.input.destroy();
  }

  asked(question: Question): undefined {
    this.queue.add(question);
    this.telling.start();
  }

  closed(question: Question, closing: Closing): undefined {
    this.queue.remove(question);
    if (!this.told.delete(question.id)) return;
    this.closings.push(closing);
    this.telling.start();
  }

  /* As fast as the program reads; users take turns meanwhile. */
  private async tellAll(): Promise<void> {
    while (await this.tellNext());
  }

  /* False if there is nothing more to report. */
  private async tellNext(): Promise<boolean> {
    const closing = this.closings.shift();
    if (closing !== undefined) {
      await this.speaker.closed(closing);
      return true;
    }
    const question = this.queue.take();
    if (question === undefined) return false;
    const invocation = await readInvocation(question);
    if (!this.answerer.waiting.has(question.id)) return true;
    this.told.add(question.id);
    await this.speaker.question(question, invocation);
    return true;
  }

  private hear(line: string): void {
    this.count++;
    if (line.trim() === '') return;
    try {
      if (line.length > ANSWER_MAX) throw new Error('it is too long');
      const {id, answer} = parseAnswerLine(line);
      const result = this.answerer.answer(id, answer);
      if (result !== 'late') this.told.delete(id);
      if (result !== 'taken') this.speaker.complain(`the answer to ${id} ${RESULTS[result]}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.speaker.complain(`line ${this.count} is not an answer: ${reason}`);
    }
  }
}
