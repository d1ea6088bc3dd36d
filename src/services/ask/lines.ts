// SPDX-License-Identifier: MIT
import {type Interface, createInterface} from 'node:readline';
import type {Readable} from 'node:stream';

import {parseAnswerLine} from '../../domain/answer-line.js';
import type {AnswerResult, Closing, Question} from '../../domain/question.js';
import type {Answerer} from './answerer.js';
import type {AskEnd, AskMode} from './session.js';

/** How a program on the other side of two pipes is spoken to. */
export interface LineSpeaker {
  question: (question: Question) => Promise<void> | undefined;
  closed: (closing: Closing) => Promise<void> | undefined;
  /** Something about a line of the program's that it should know. */
  complain: (text: string) => void;
}

const RESULTS: Readonly<Record<Exclude<AnswerResult, 'taken'>, string>> = {
  once: 'counts for this access alone: the executable would not be known again',
  late: 'comes too late: the question does not wait any more',
};

/** Questions go out and answers come in, a line each. */
export class LineAsker implements AskMode {
  private count = 0;
  private lines: Interface | undefined;

  constructor(
    private readonly answerer: Answerer,
    private readonly input: Readable,
    private readonly speaker: LineSpeaker,
  ) {}

  /** Reads answers; the end of the input is the program's leaving. */
  start(leave: (end: AskEnd) => void): undefined {
    const ended = (): void => {
      leave('left');
    };
    this.lines = createInterface({input: this.input, crlfDelay: Infinity});
    this.lines.on('line', (line) => {
      this.hear(line);
    });
    this.lines.on('close', ended);
    this.input.on('error', ended);
  }

  stop(): undefined {
    this.lines?.close();
    this.input.destroy();
  }

  asked(question: Question): Promise<void> | undefined {
    return this.speaker.question(question);
  }

  closed(_question: Question, closing: Closing): Promise<void> | undefined {
    return this.speaker.closed(closing);
  }

  private hear(line: string): void {
    this.count++;
    if (line.trim() === '') return;
    try {
      const {id, answer} = parseAnswerLine(line);
      const result = this.answerer.answer(id, answer);
      if (result !== 'taken') this.speaker.complain(`the answer to ${id} ${RESULTS[result]}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.speaker.complain(`line ${this.count} is not an answer: ${reason}`);
    }
  }
}
