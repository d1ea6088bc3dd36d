// SPDX-License-Identifier: MIT
import type {QuestionRecord} from './records.js';
import type {KernelRule} from './rule.js';

/** A request that waits for an answer. */
export interface Question {
  /** A string of digits, because it may exceed the precision of a number. */
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
  /** The script that the process runs, which longer answers are about; null: none. */
  script?: string | null;
  uid: number;
  loginuid: number | null;
  /** Time of the request, in nanoseconds since the epoch. */
  time: bigint;
  /** Time when it expires, in nanoseconds since the epoch. */
  deadline: bigint;
  /** The verdict if nobody answers. */
  defaultVerdict: number;
}

/** How a request ended. */
export interface Closing {
  id: string;
  reason: number;
  /** The verdict on the access. */
  verdict: number;
}

/** The answer of an answerer. */
export interface Answer {
  verdict: number;
  lifetime: number;
  /** Milliseconds, if the lifetime is a time; else 0. */
  ttl: number;
}

/**
 * The effect of an answer. "once": it applies, but to this access only, because
 * the executable could not be recognized again. "late": the request had already ended.
 */
export type AnswerResult = 'taken' | 'once' | 'late';

/** The waiter or one of its ancestors. */
export interface Parent {
  pid: number;
  comm: string;
}

/** The command line of a process, which it can change itself, and its working directory. */
export interface Invocation {
  /** Null if it cannot be read. */
  args: readonly string[] | null;
  /** Whether the arguments were truncated. */
  argsCut: boolean;
  cwd: string | null;
}

export const NO_INVOCATION: Invocation = {args: null, argsCut: false, cwd: null};

/** Everything a person should know before answering. */
export interface AskedPerson {
  question: Question;
  parents: readonly Parent[];
  invocation: Invocation;
  /** Undefined if the rule no longer exists. */
  rule: KernelRule | undefined;
  /** How many other questions are pending. */
  others(): number;
}

/** How a person quits. */
export type Leaving = 'left' | 'interrupted';

export const isLeaving = (choice: unknown): choice is Leaving =>
  choice === 'left' || choice === 'interrupted';

/** What happens to pending requests when an answerer leaves. */
export interface Rest {
  waiting: number;
  /** How many other answerers remain. */
  others: number;
  /** The verdict that they were answered with; undefined: none. */
  verdict: number | undefined;
}

/** Copies the question out of a record, because the memory of a batch is reused. */
export function toQuestion({id, time, deadline, access, script}: QuestionRecord): Question {
  const {rule, op, path, newPath, pid, tid, ppid, comm, exe, uid, loginuid, verdict} = access;
  const who = {pid, tid, ppid, comm, exe, script, uid, loginuid};
  return {id: String(id), rule, op, path, newPath, ...who, time, deadline, defaultVerdict: verdict};
}

/**
 * The user to whom a question is charged. As in the module, this is the login user, so that
 * a user who controls many uids gets no larger share.
 */
export const payer = ({uid, loginuid}: Question): number =>
  uid === 0 || loginuid === null || loginuid === 0 ? uid : loginuid;

const NANOSECONDS = 1_000_000n;

/** Milliseconds left for an answer, at least 0. */
export const timeLeft = (deadline: bigint, now = Date.now()): number =>
  Math.max(0, Number(deadline / NANOSECONDS) - now);
