// SPDX-License-Identifier: MIT
/* Remembered answers. */
import {LIFETIMES, OPS, VERDICTS} from './names.js';
import {isoTime} from './time.js';

export interface Remembered {
  id: number;
  /** The rule's id. */
  rule: number;
  /** Mask of operations. */
  ops: number;
  verdict: number;
  lifetime: number;
  /** The process that it covers; null: every process that runs the script, or else the program. */
  pid: number | null;
  comm: string;
  uid: number;
  /** Null if unknown. */
  exe: string | null;
  /** Null if the program ran no script, "" if its path is unknown. */
  script: string | null;
  /** Milliseconds since the epoch; null if its lifetime is not a time. */
  expiresAt: number | null;
  /** Nanoseconds since the epoch. */
  givenAt: bigint;
}

/** ANSWER of the JSON interface. */
export interface RememberedDocument {
  id: number;
  rule: number;
  ops: string[];
  verdict: string;
  lifetime: string;
  pid: number | null;
  comm: string;
  exe: string | null;
  script: string | null;
  uid: number;
  user: string;
  expiresAt: string | null;
  givenAt: string;
}

export function rememberedDocument(
  answer: Remembered,
  user: (uid: number) => string,
): RememberedDocument {
  const {id, rule, pid, comm, exe, script, uid, expiresAt} = answer;
  return {
    id,
    rule,
    ops: OPS.fromMask(answer.ops),
    verdict: VERDICTS.name(answer.verdict),
    lifetime: LIFETIMES.name(answer.lifetime),
    pid,
    comm,
    exe,
    script,
    uid,
    user: user(uid),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    givenAt: isoTime(answer.givenAt),
  };
}
