// SPDX-License-Identifier: MIT
import {CLOSINGS, OPS, VERDICTS} from '../domain/names.js';
import {
  type Closing,
  type Invocation,
  type Parent,
  type Question,
  timeLeft,
} from '../domain/question.js';
import {isoTime} from '../domain/time.js';

type UserName = (uid: number) => string;

/** The process and the access. */
export const whoAndWhat = (question: Question, userName: UserName) => {
  const {id, rule, op, path, newPath, pid, comm, exe, uid, loginuid} = question;
  const script = question.script ?? null;
  const user = loginuid === null ? null : userName(loginuid);
  return {id, rule, op: OPS.name(op), path, newPath, pid, comm, exe, script, uid, loginuid, user};
};

/** A question as `fguard ask --json` prints it. */
export const questionDocument = (
  question: Question,
  parents: readonly Parent[],
  {args, argsCut, cwd}: Invocation,
  userName: UserName,
) => ({
  type: 'question',
  ...whoAndWhat(question, userName),
  parents: parents.map(({pid, comm}) => ({pid, comm})),
  args,
  argsCut,
  cwd,
  deadline: isoTime(question.deadline),
});

/** A pending question in `fguard status --json`. */
export const waitingDocument = (question: Question, userName: UserName) => ({
  ...whoAndWhat(question, userName),
  default: VERDICTS.name(question.defaultVerdict),
  deadline: isoTime(question.deadline),
  leftMs: timeLeft(question.deadline),
});

/** A question that did not end by our answer. */
export const closedDocument = ({id, reason}: Closing) => ({
  type: 'closed',
  id,
  reason: CLOSINGS.name(reason),
});

export type WaitingDocument = ReturnType<typeof waitingDocument>;
