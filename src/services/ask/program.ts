// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, join} from 'node:path';

import {once as answerOnce} from '../../domain/answer.js';
import {OPS} from '../../domain/names.js';
import {type Question, timeLeft} from '../../domain/question.js';
import {UserError} from '../../errors.js';
import {fguard_verdict as VERDICT} from '../../uapi.gen.js';
import type {Answerer} from './answerer.js';
import type {AskMode} from './session.js';

/** How many programs run at a time; more questions wait for their turn. */
export const PROGRAMS_MAX = 16;

const VERDICT_OF_EXIT: Readonly<Record<number, number>> = {
  0: VERDICT.FGUARD_VERDICT_ALLOW,
  1: VERDICT.FGUARD_VERDICT_DENY,
};

/** What became of a question. */
export interface Decision {
  question: Question;
  /** Undefined where the program gave no answer. */
  verdict: number | undefined;
  /** Why there is none, or why it came to nothing. */
  problem?: string;
}

export interface ProgramSettings {
  /** An executable that was found. */
  program: string;
  /** What is answered where the program does not; undefined: nothing. */
  fallback: number | undefined;
  /** The question as the program reads it. */
  document: (question: Question) => string;
  userName: (uid: number) => string;
  decided: (decision: Decision) => Promise<void> | undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The executable that a word means, as a shell would look for it. */
export function findProgram(word: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = word.includes('/') ? [word] : folders.map((folder) => join(folder, word));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new UserError('ENOENT', `--exec ${word}: there is no such program`);
}

type Environment = Record<string, string>;

/* An environment holds UTF-8 here: a name that is none is left out rather than mangled. */
export function questionEnvironment(
  question: Question,
  userName: (uid: number) => string,
): Environment {
  const {id, rule, op, path, newPath, pid, comm, exe, uid, loginuid} = question;
  const values: Record<string, string | number | null> = {
    ID: id,
    RULE: rule,
    OP: OPS.name(op),
    PATH: path,
    NEW_PATH: newPath,
    PID: pid,
    COMM: comm,
    EXE: exe,
    UID: uid,
    LOGINUID: loginuid,
    USER: loginuid === null ? null : userName(loginuid),
  };
  const texts = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[`FGUARD_${name}`, String(value)]],
  );
  return Object.fromEntries(texts.filter(([, text]) => text.isWellFormed()));
}

/** A program is run for each question, and its exit code is the answer. */
export class ProgramAsker implements AskMode {
  private readonly queue: Question[] = [];
  private readonly running = new Map<string, ChildProcess>();

  constructor(
    private readonly answerer: Answerer,
    private readonly settings: ProgramSettings,
  ) {}

  asked(question: Question): undefined {
    this.queue.push(question);
    this.startSome();
  }

  closed({id}: Question): undefined {
    const at = this.queue.findIndex((question) => question.id === id);
    if (at >= 0) this.queue.splice(at, 1);
    this.kill(id);
  }

  start(): undefined {
    return;
  }

  /** Nobody waits for their answers any more. */
  stop(): undefined {
    this.queue.length = 0;
    for (const id of this.running.keys()) this.kill(id);
  }

  private startSome(): void {
    while (this.running.size < PROGRAMS_MAX) {
      const question = this.queue.shift();
      if (question === undefined) return;
      this.launch(question);
    }
  }

  private launch(question: Question): void {
    const {program, document, userName} = this.settings;
    const child = spawn(program, [], {
      env: {...process.env, ...questionEnvironment(question, userName)},
      /* What it says is not our output. Its group can be ended as a whole. */
      stdio: ['pipe', 2, 2],
      detached: true,
    });
    this.running.set(question.id, child);
    const timer = setTimeout(() => {
      this.kill(question.id);
    }, timeLeft(question.deadline));
    let ended = false;
    const end = (code: number | null, problem: string): void => {
      clearTimeout(timer);
      if (ended) return;
      ended = true;
      this.finished(question, code, problem);
    };
    child.once('error', ({message}) => {
      end(null, message);
    });
    child.once('exit', (code, signal) => {
      end(code, signal === null ? `exit code ${code ?? ''}` : `ended by ${signal}`);
    });
    /* One that does not read its question may know enough. */
    child.stdin?.on('error', () => undefined).end(document(question));
  }

  private finished(question: Question, code: number | null, problem: string): void {
    this.running.delete(question.id);
    if (this.answerer.waiting.has(question.id)) this.decide(question, code, problem);
    this.startSome();
  }

  private decide(question: Question, code: number | null, problem: string): void {
    const own = code === null ? undefined : VERDICT_OF_EXIT[code];
    const verdict = own ?? this.settings.fallback;
    const because = own === undefined ? {problem} : {};
    if (verdict === undefined) void this.settings.decided({question, verdict, problem});
    else if (this.answerer.answer(question.id, answerOnce(verdict)) !== 'late')
      void this.settings.decided({question, verdict, ...because});
  }

  private kill(id: string): void {
    const pid = this.running.get(id)?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      /* it has just ended */
    }
  }
}
