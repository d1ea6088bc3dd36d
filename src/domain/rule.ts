// SPDX-License-Identifier: MIT
import {errnoName, errnoNumber} from './errno.js';
import {ELSES, OPS, VERDICTS} from './names.js';
import {
  FGUARD_TIMEOUT_DEFAULT,
  FGUARD_OPS_ALL,
  fguard_else as ELSE,
  fguard_verdict as VERDICT,
} from './uapi.gen.js';

/** Who is allowed besides processes: at least one value of every kind given. */
export interface Subjects {
  exes: readonly string[];
  uids: readonly number[];
  gids: readonly number[];
  loginuids: readonly number[];
  cgroups: readonly string[];
}

/** The flags of a rule. */
export interface RuleTraits {
  /** Covers the path and everything below it. */
  tree: boolean;
  /** Also allows descendants of the processes. */
  children: boolean;
  /** Also applies to file descriptors opened before the rule. */
  strict: boolean;
  /** Is removed when the last process exits. */
  untilExit: boolean;
  /** Restricts only its subjects; everyone else is allowed. */
  against: boolean;
}

export interface RuleTerms extends Subjects, RuleTraits {
  /** Null for a suffix that applies everywhere. */
  path: string | null;
  suffix: string | null;
  name: string | null;
  /** Mask of operations; in a request, 0 means all. */
  ops: number;
  elseAction: number;
  error: number;
  /** The verdict if a request gets no answer in time. */
  defaultVerdict: number;
  /** Milliseconds allowed for an answer; in a request, 0 means the default. */
  timeout: number;
}

/** A rule to be added. */
export interface RuleRequest extends RuleTerms {
  pids: readonly number[];
  /** Milliseconds until it expires; 0: never. */
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
  /** Is removed when the connections that added it close, such as agents of the earlier protocol. */
  untilClosed?: boolean;
  /** The path of one of its executables does not exist; it allows nobody until it does. */
  exePending?: boolean;
  /** Milliseconds since the epoch; null for a rule that does not expire. */
  expiresAt: number | null;
  allowed: number;
  denied: number;
  asked: number;
  expired: number;
}

/** The defaults of a rule, which are also the kernel's. */
export const USUAL: RuleTerms = {
  path: null,
  suffix: null,
  name: null,
  tree: false,
  ops: FGUARD_OPS_ALL,
  children: false,
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
  elseAction: ELSE.FGUARD_ELSE_DENY,
  error: errnoNumber('EACCES'),
  defaultVerdict: VERDICT.FGUARD_VERDICT_DENY,
  timeout: FGUARD_TIMEOUT_DEFAULT,
  strict: false,
  untilExit: false,
  against: false,
};

/** An empty request, which leaves all defaults to the kernel. */
export const UNSAID: RuleRequest = {
  ...USUAL,
  ops: 0,
  error: 0,
  timeout: 0,
  ttl: 0,
  pids: [],
};

const isoMoment = (milliseconds: number): string => new Date(milliseconds).toISOString();

/* Why part of a rule has no effect yet. */
const EXE_PENDING = 'an executable does not exist';

/** RULE of the JSON interface. */
export const ruleDocument = (rule: KernelRule) => ({
  id: rule.id,
  name: rule.name,
  match: {path: rule.path, tree: rule.tree, suffix: rule.suffix},
  ops: OPS.fromMask(rule.ops),
  allow: {
    pids: rule.grants.map(({pid, comm, alive}): Grant => ({pid, comm, alive})),
    children: rule.children,
    exes: [...rule.exes],
    uids: [...rule.uids],
    gids: [...rule.gids],
    loginuids: [...rule.loginuids],
    cgroups: [...rule.cgroups],
  },
  else: ELSES.name(rule.elseAction),
  errno: errnoName(rule.error),
  default: VERDICTS.name(rule.defaultVerdict),
  deadlineMs: rule.timeout,
  strict: rule.strict,
  untilExit: rule.untilExit,
  untilClosed: rule.untilClosed === true,
  against: rule.against,
  expiresAt: rule.expiresAt === null ? null : isoMoment(rule.expiresAt),
  pending: rule.exePending === true ? EXE_PENDING : null,
  hits: {
    allowed: rule.allowed,
    denied: rule.denied,
    asked: rule.asked,
    expired: rule.expired,
  },
});

export type RuleDocument = ReturnType<typeof ruleDocument>;

/** A rule that is not active yet, and so has no id and no hits. */
export type RuleDraft = Omit<RuleDocument, 'id' | 'pending' | 'hits'>;

const NOT_YET = {id: 0, grants: [], expiresAt: null, allowed: 0, denied: 0, asked: 0, expired: 0};

/** RULE for a rule that is not active yet. */
export function ruleDraft(terms: RuleTerms): RuleDraft {
  const draft: RuleDraft & Partial<RuleDocument> = ruleDocument({...terms, ...NOT_YET});
  delete draft.id;
  delete draft.pending;
  delete draft.hits;
  return draft;
}
