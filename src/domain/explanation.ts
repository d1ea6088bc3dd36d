// SPDX-License-Identifier: MIT
import type {Bypass, HardLinks, Holder} from './object.js';
import type {Overwriter} from './overwriter.js';
import type {Remembered} from './remembered.js';
import type {KernelRule} from './rule.js';

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

export interface MatchedRule extends Omit<Match, 'rule'> {
  rule: KernelRule;
  decides: boolean;
}

/** script: the process that runs one has another executable; interpreter: it does what it is told. */
export type ExecutableKind = 'program' | 'interpreter' | 'script';

/** An executable that rules allow, and how others could use it, or why the rule has no effect. */
export interface AllowedExecutable {
  exe: string;
  kind: ExecutableKind;
  /** Ids of the rules. */
  rules: number[];
  why: string;
  /** By whom it may be overwritten, which leaves it let in. */
  overwriters: Overwriter[];
}

/** Which rule decides an access, and what else the object is called and held by. */
export interface ObjectExplanation extends Omit<Explanation, 'matches' | 'rule'> {
  path: string;
  op: number;
  process: {pid: number; comm: string} | null;
  /** Id of the rule that decides, or null. */
  rule: number | null;
  matches: MatchedRule[];
  executables: AllowedExecutable[];
  /** What the rules remember that are about it. */
  answers: Remembered[];
  links: HardLinks | null;
  mounts: string[];
  /** What holds its bytes, from the filesystem's device downwards. */
  beneath: Bypass[];
  holders: Holder[];
}
