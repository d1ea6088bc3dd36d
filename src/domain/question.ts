// SPDX-License-Identifier: MIT
import type {QuestionRecord} from './records.js';
import type {KernelRule} from './rule.js';

/** A request that waits for an answer. */
export interface Question {
  /** Digits: more of them than a number holds. */
  id: string;
  rule: number;
  op: number;
  path: string;
  newPath: string | null;
  pid: number;
  tid: number;
  ppid: number;
  comm: string;
  exe: string | null;
  /** That it runs, and that an answer for longer is about; null for none. */
  script?: string | null;
  uid: number;
  loginuid: number | null;
  /** When it was asked, in nanoseconds since the epoch. */
  time: bigint;
  /** The same of its end. */
  deadline: bigint;
  /** The verdict if nobody answers. */
  defaultVerdict: number;
}

/** How a request ended. */
export interface Closing {
  id: string;
  reason: number;
  /** What became of the access. */
  verdict: number;
}

/** The answer of an answerer. */
export interface Answer {
  verdict: number;
  lifetime: number;
  /** Milliseconds, for a lifetime that is a time; else 0. */
  ttl: number;
}

/**
 * The effect of an answer. "once": it applies, but to this access only, because
 * the executable could not be recognized again. "late": the request had already ended.
 */
export type AnswerResult = 'taken' | 'once' | 'late';

/** A process on the way from the asker up. */
export interface Parent {
  pid: number;
  comm: string;
}

/** How a process was started, as it shows itself, and its working directory. */
export interface Invocation {
  /** Null where it cannot be seen. */
  args: readonly string[] | null;
  /** Whether there is more of them. */
  argsCut: boolean;
  cwd: string | null;
}

export const NO_INVOCATION: Invocation = {args: null, argsCut: false, cwd: null};

/** Everything a person should know before answering. */
export interface AskedPerson {
  question: Question;
  parents: readonly Parent[];
  invocation: Invocation;
  /** Undefined if it is gone by now. */
  rule: KernelRule | undefined;
  /** How many other questions wait. */
  others(): number;
}

/** How a person quits. */
export type Leaving = 'left' | 'interrupted';

export const isLeaving = (choice: unknown): choice is Leaving =>
  choice === 'left' || choice === 'interrupted';

/** What happens to pending requests when an answerer leaves. */
export interface Rest {
  waiting: number;
  /** Other answerers that are still there. */
  others: number;
  /** What they were answered, or undefined: they were not. */
  verdict: number | undefined;
}

/** The question in a record, copied: a batch's memory is used again. */
export function toQuestion({id, time, deadline, access, script}: QuestionRecord): Question {
  const {rule, op, path, newPath, pid, tid, ppid, comm, exe, uid, loginuid, verdict} = access;
  const who = {pid, tid, ppid, comm, exe, script, uid, loginuid};
  return {id: String(id), rule, op, path, newPath, ...who, time, deadline, defaultVerdict: verdict};
}

/**
 * On whose account a question is: as the module shares them out, those of one who has
 * many users at hand are those of the login.
 */
export const payer = ({uid, loginuid}: Question): number =>
  uid === 0 || loginuid === null || loginuid === 0 ? uid : loginuid;

const NANOSECONDS = 1_000_000n;

/** Milliseconds that are left for an answer, never below 0. */
export const timeLeft = (deadline: bigint, now = Date.now()): number =>
  Math.max(0, Number(deadline / NANOSECONDS) - now);
