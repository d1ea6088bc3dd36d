// SPDX-License-Identifier: MIT
import type {Bypass, HardLinks, Holder} from './object.js';
import type {Overwriter} from './overwriter.js';
import type {Remembered} from './remembered.js';
import type {KernelRule} from './rule.js';

/** An access to explain. */
export interface Query {
  path: string;
  op: number;
  /** 0: by a process that no rule allows. */
  pid: number;
}

/** A rule about an object. */
export interface Match {
  rule: number;
  /** How specifically it names the object. */
  kind: number;
  /** Directories from the object up to the root of the tree. */
  distance: number;
  /** Whether it covers the operation. */
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

/** script: its process has the interpreter as executable; interpreter: it runs any script. */
export type ExecutableKind = 'program' | 'interpreter' | 'script';

/** An executable that rules allow, and how others could use it, or why the rule has no effect. */
export interface AllowedExecutable {
  exe: string;
  kind: ExecutableKind;
  /** Ids of the rules. */
  rules: number[];
  why: string;
  /** Users who can overwrite it; the result would still be allowed. */
  overwriters: Overwriter[];
}

/** Which rule decides an access, the other names of the object, and who has it open. */
export interface ObjectExplanation extends Omit<Explanation, 'matches' | 'rule'> {
  path: string;
  op: number;
  process: {pid: number; comm: string} | null;
  /** Id of the rule that decides, or null. */
  rule: number | null;
  matches: MatchedRule[];
  executables: AllowedExecutable[];
  /** Remembered answers of the rules about the object. */
  answers: Remembered[];
  links: HardLinks | null;
  mounts: string[];
  /** What stores its data, from the file system's device downwards. */
  beneath: Bypass[];
  holders: Holder[];
}
