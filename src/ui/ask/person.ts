// SPDX-License-Identifier: MIT
import {AbortPromptError, ExitPromptError} from '@inquirer/core';

import {CLOSINGS, VERDICTS} from '../../domain/names.js';
import type {
  Answer,
  AnswerResult,
  AskedPerson,
  Closing,
  Leaving,
  Question,
} from '../../domain/question.js';
import {lifetimeWord} from '../../domain/answer.js';
import {dim, paintVerdict, warn} from '../paint.js';
import {questionWords} from '../decision.js';
import {keyAnswer} from './keys.js';
import {type Screen, screenPrompt} from './prompt.js';
import {commandText, questionLines, tooSmall} from './question-view.js';

type UserName = (uid: number) => string;

const IDLE: Screen<never> = {
  lines: () => [dim('no pending requests   q: quit')],
  choice: () => undefined,
};

const RESULTS: Readonly<Record<AnswerResult, string>> = {
  taken: '',
  once: ' (once: the program could not be recognized again)',
  late: ' was not recorded (too late: the request had already ended)',
};

/** The person at this terminal. */
export class TerminalPerson {
  /* Printed when no prompt is on the screen, which it would garble. */
  private readonly news: string[] = [];
  private isAsking = false;

  /** @param enter the verdict of Enter */
  constructor(
    private readonly enter: number,
    private readonly userName: UserName,
  ) {}

  choose(asked: AskedPerson, signal: AbortSignal): Promise<Answer | Leaving | undefined> {
    const {enter, userName} = this;
    /* Computed once: it may be long, and the screen is redrawn often. */
    const command = commandText(asked.invocation);
    let isShown = false;
    const screen: Screen<Answer> = {
      lines: (view) => {
        const settings = {...view, enter, userName, command, now: Date.now()};
        const lines = questionLines(asked, settings);
        isShown = lines !== undefined;
        return lines ?? tooSmall(view);
      },
      choice: (key) => (isShown ? keyAnswer(key, enter) : undefined),
    };
    return this.ask(screen, signal);
  }

  idle(signal: AbortSignal): Promise<Leaving | undefined> {
    return this.ask(IDLE, signal);
  }

  answered(question: Question, answer: Answer, result: AnswerResult): void {
    const verdict = VERDICTS.name(answer.verdict);
    const what = `${paintVerdict(verdict)} ${lifetimeWord(answer)}${RESULTS[result]}`;
    this.say(`${what}: ${questionWords(question)}`);
  }

  closed(question: Question, {reason, verdict}: Closing): void {
    const how = CLOSED_WORDS[CLOSINGS.name(reason)] ?? CLOSINGS.name(reason);
    this.say(`${warn(how)}, ${VERDICTS.name(verdict)}: ${questionWords(question)}`);
  }

  private async ask<Choice>(
    screen: Screen<Choice>,
    signal: AbortSignal,
  ): Promise<Choice | Leaving | undefined> {
    this.isAsking = true;
    try {
      const context = {signal, clearPromptOnDone: true};
      return (await screenPrompt(screen, context)) as Choice | Leaving;
    } catch (error) {
      if (error instanceof AbortPromptError) return undefined;
      if (error instanceof ExitPromptError) return 'interrupted';
      throw error;
    } finally {
      this.isAsking = false;
      for (const line of this.news.splice(0)) this.say(line);
    }
  }

  private say(line: string): void {
    if (this.isAsking) this.news.push(line);
    else process.stdout.write(`${line}\n`);
  }
}

const CLOSED_WORDS: Readonly<Record<string, string>> = {
  answered: 'answered elsewhere',
  expired: 'expired',
  gone: 'gone',
};
