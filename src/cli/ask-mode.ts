// SPDX-License-Identifier: MIT
/* Combines the ways to find answers with their output for people and programs. */
import {isatty} from 'node:tty';

import {VERDICTS} from '../domain/names.js';
import type {Invocation, Question} from '../domain/question.js';
import {wrongUsage} from '../domain/errors.js';
import type {Answerer} from '../services/ask/answerer.js';
import {LineMode} from '../services/ask/lines.js';
import {parentChain} from '../services/ask/parents.js';
import {PersonMode} from '../services/ask/person.js';
import {type Decision, ProgramMode, requireProgram} from '../services/ask/program.js';
import type {AskMode} from '../services/ask/session.js';
import {NamesAside} from '../linux/names-aside.js';
import {decisionDocument, decisionLine} from '../ui/decision.js';
import type {StreamOutput} from '../ui/output.js';
import {closedDocument, questionDocument} from '../formats/question-json.js';
import {safeJson} from '../domain/text.js';

/** The flags of `fguard ask`. */
export interface AskWords {
  json: boolean;
  program: string | undefined;
  /** The answer if nothing else gives one. */
  verdict: number | undefined;
  complain: (text: string) => void;
}

type MakeMode = (answerer: Answerer, output: StreamOutput) => AskMode;

const jsonLine = (document: object): string => `${safeJson(document)}\n`;

type UserName = (uid: number) => string;
type Describe = (question: Question, invocation: Invocation) => string;

function describer(): {userName: UserName; question: Describe} {
  const userName = new NamesAside().name;
  const question: Describe = (asked, invocation) =>
    jsonLine(questionDocument(asked, parentChain(asked.ppid), invocation, userName));
  return {userName, question};
}

const byLines =
  ({complain}: AskWords): MakeMode =>
  (answerer, output) => {
    const {question} = describer();
    return new LineMode(answerer, process.stdin, {
      question: (asked, invocation) => output.write(question(asked, invocation)),
      closed: (closing) => output.write(jsonLine(closedDocument(closing))),
      complain,
    });
  };

function byProgram(word: string, {json, verdict}: AskWords): MakeMode {
  const program = requireProgram(word);
  return (answerer, output) => {
    const {userName, question: document} = describer();
    const decided = (decision: Decision) =>
      output.write(json ? jsonLine(decisionDocument(decision)) : decisionLine(decision));
    const settings = {program, defaultVerdict: verdict, document, userName, decided};
    return new ProgramMode(answerer, settings);
  };
}

async function inTerminal({verdict}: AskWords): Promise<MakeMode> {
  if (!isatty(0) || !isatty(1))
    throw wrongUsage('ask needs a terminal; without one, use --json or --exec', [
      'fguard ask --json',
      'fguard ask --exec PROGRAM',
    ]);
  const {TerminalPerson} = await import('../ui/ask/person.js');
  /* The loss of the terminal is also reported by a signal. */
  process.stdin.on('error', () => undefined);
  return (answerer) => {
    const enter = verdict ?? VERDICTS.value('deny') ?? 1;
    return new PersonMode(answerer, new TerminalPerson(enter, describer().userName));
  };
}

/** The way to answer that the flags select; throws before any request is taken. */
export function toAskMode(words: AskWords): Promise<MakeMode> | MakeMode {
  if (words.program !== undefined) return byProgram(words.program, words);
  return words.json ? byLines(words) : inTerminal(words);
}
