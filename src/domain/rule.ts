// SPDX-License-Identifier: MIT
import {errnoName} from './errno.js';
import {ELSES, OPS, VERDICTS} from './names.js';

/** Who is allowed besides processes: at least one value of every kind given. */
export interface Subjects {
  exes: readonly string[];
  uids: readonly number[];
  gids: readonly number[];
  loginuids: readonly number[];
  cgroups: readonly string[];
}

/** What a rule may be besides. */
export interface RuleTraits {
  /** All below the path, and itself. */
  tree: boolean;
  /** Descendants of the processes too. */
  children: boolean;
  /** Also applies to file descriptors opened before the rule. */
  strict: boolean;
  /** Ends with the last process. */
  untilExit: boolean;
  /** Restricts only its subjects; everyone else is allowed. */
  against: boolean;
}

interface RuleTerms extends Subjects, RuleTraits {
  /** Null for a suffix that counts everywhere. */
  path: string | null;
  suffix: string | null;
  name: string | null;
  /** Mask of operations; in a request 0 stands for all. */
  ops: number;
  otherwise: number;
  error: number;
  /** The verdict of an access that is asked about if nobody answers. */
  defaultVerdict: number;
  /** Milliseconds allowed for an answer; in a request, 0 means the default. */
  deadline: number;
}

/** A rule as it is asked for. */
export interface RuleRequest extends RuleTerms {
  pids: readonly number[];
  /** Milliseconds it is to last, 0 for ever. */
  ttl: number;
}

export interface Grant {
  pid: number;
  comm: string;
  alive: boolean;
}

/** A rule as the kernel has it. */
export interface KernelRule extends RuleTerms {
  id: number;
  grants: readonly Grant[];
  /** Ends with the connections that added it, such as an agent's of the earlier protocol. */
  untilClosed?: boolean;
  /** Milliseconds since the epoch; null for a rule that lasts. */
  expiresAt: number | null;
  allowed: number;
  denied: number;
  asked: number;
  expired: number;
}

/** RULE of the JSON interface. */
export interface RuleDocument {
  id: number;
  name: string | null;
  match: {path: string | null; tree: boolean; suffix: string | null};
  ops: string[];
  allow: {
    pids: Grant[];
    children: boolean;
    exes: string[];
    uids: number[];
    gids: number[];
    loginuids: number[];
    cgroups: string[];
  };
  else: string;
  errno: string;
  default: string;
  deadlineMs: number;
  strict: boolean;
  untilExit: boolean;
  untilClosed: boolean;
  against: boolean;
  expiresAt: string | null;
  hits: {allowed: number; denied: number; asked: number; expired: number};
}

const isoMoment = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function ruleDocument(rule: KernelRule): RuleDocument {
  const {path, tree, suffix} = rule;
  return {
    id: rule.id,
    name: rule.name,
    match: {path, tree, suffix},
    ops: OPS.fromMask(rule.ops),
    allow: {
      pids: rule.grants.map(({pid, comm, alive}) => ({pid, comm, alive})),
      children: rule.children,
      exes: [...rule.exes],
      uids: [...rule.uids],
      gids: [...rule.gids],
      loginuids: [...rule.loginuids],
      cgroups: [...rule.cgroups],
    },
    else: ELSES.name(rule.otherwise),
    errno: errnoName(rule.error),
    default: VERDICTS.name(rule.defaultVerdict),
    deadlineMs: rule.deadline,
    strict: rule.strict,
    untilExit: rule.untilExit,
    untilClosed: rule.untilClosed === true,
    against: rule.against,
    expiresAt: rule.expiresAt === null ? null : isoMoment(rule.expiresAt),
    hits: {
      allowed: rule.allowed,
      denied: rule.denied,
      asked: rule.asked,
      expired: rule.expired,
    },
  };
}
