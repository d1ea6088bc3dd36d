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

export interface RuleTerms extends Subjects, RuleTraits {
  /** Null for a suffix that counts everywhere. */
  path: string | null;
  suffix: string | null;
  name: string | null;
  /** Mask of operations; in a request, 0 means all. */
  ops: number;
  elseAction: number;
  error: number;
  /** The verdict of an access that is asked about if nobody answers. */
  defaultVerdict: number;
  /** Milliseconds allowed for an answer; in a request, 0 means the default. */
  timeout: number;
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
  /** Nothing has the path of one of its executables, which allows nobody until then. */
  exePending?: boolean;
  /** Milliseconds since the epoch; null for a rule that lasts. */
  expiresAt: number | null;
  allowed: number;
  denied: number;
  asked: number;
  expired: number;
}

/** What a rule is where nothing is said; the kernel takes the same for usual. */
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

/** A request that says nothing, and leaves to the kernel what may be left to it. */
export const UNSAID: RuleRequest = {
  ...USUAL,
  ops: 0,
  error: 0,
  timeout: 0,
  ttl: 0,
  pids: [],
};

const isoMoment = (milliseconds: number): string => new Date(milliseconds).toISOString();

/* Why not all of a rule is active. */
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

/** A rule that is not active yet: it has no id and no hits. */
export type RuleDraft = Omit<RuleDocument, 'id' | 'pending' | 'hits'>;

const NOT_YET = {id: 0, grants: [], expiresAt: null, allowed: 0, denied: 0, asked: 0, expired: 0};

/** A rule as RULE shows it before it is active. */
export function ruleDraft(terms: RuleTerms): RuleDraft {
  const draft: RuleDraft & Partial<RuleDocument> = ruleDocument({...terms, ...NOT_YET});
  delete draft.id;
  delete draft.pending;
  delete draft.hits;
  return draft;
}
