// SPDX-License-Identifier: MIT

/** What would happen to an access? */
export interface Query {
  path: string;
  op: number;
  /** 0: by a process that no rule allows. */
  pid: number;
}

/** A rule that is about an object. */
export interface Match {
  rule: number;
  /** How closely it names the object. */
  kind: number;
  /** Directories from the object up to the root of the tree. */
  distance: number;
  /** Whether it is about the operation. */
  concerned: boolean;
  /** Whether it allows the process. */
  allowed: boolean;
}

export interface Explanation {
  verdict: number;
  reason: number;
  /** Id of the rule that decides, 0 for none. */
  rule: number;
  matches: readonly Match[];
}
