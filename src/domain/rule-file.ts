// SPDX-License-Identifier: MIT
/* Rules in files: the keys are the flags of `fguard protect`; defaults are left out. */
import {FGUARD_DEADLINE_DEFAULT, FGUARD_OPS_ALL} from './uapi.gen.js';
import {exactDuration} from './duration.js';
import {OPS} from './names.js';
import {type KernelRule, type RuleDocument, ruleDocument} from './rule.js';

type Id = number | string;

export interface SavedSubjects {
  exes?: readonly string[];
  uids?: readonly Id[];
  gids?: readonly Id[];
  loginuids?: readonly Id[];
  cgroups?: readonly string[];
}

/** A rule in a file. */
export interface SavedRule {
  name?: string;
  path?: string;
  tree?: boolean;
  suffix?: string;
  ops?: readonly string[];
  allow?: SavedSubjects;
  else?: string;
  errno?: string;
  default?: string;
  deadline?: string;
  strict?: boolean;
}

/** The other form that files may have: what --json prints. Only `match` must be there. */
export type ExportedRule = Partial<Omit<RuleDocument, 'match' | 'allow'>> & {
  match: {path: string | null; tree?: boolean; suffix?: string | null};
  allow?: Partial<RuleDocument['allow']>;
};

export const isExported = (rule: SavedRule | ExportedRule): rule is ExportedRule => 'match' in rule;

const KINDS = ['exes', 'uids', 'gids', 'loginuids', 'cgroups'] as const;

/** The keys under `allow` that name somebody. */
function savedSubjects(allow: SavedSubjects | undefined): SavedSubjects {
  const given = KINDS.map((kind) => [kind, allow?.[kind] ?? []] as const);
  return Object.fromEntries(given.filter(([, values]) => values.length > 0));
}

const unless = <K extends string, T>(usual: T, key: K, value: T): Partial<Record<K, T>> =>
  value === usual ? {} : ({[key]: value} as Partial<Record<K, T>>);

function savedAllow(allow: SavedSubjects | undefined): {allow?: SavedSubjects} {
  const subjects = savedSubjects(allow);
  return Object.keys(subjects).length === 0 ? {} : {allow: subjects};
}

const given = <K extends string, T>(key: K, value: T | null | undefined): Partial<Record<K, T>> =>
  value === null || value === undefined ? {} : ({[key]: value} as Partial<Record<K, T>>);

const USUAL_DEADLINE = exactDuration(FGUARD_DEADLINE_DEFAULT);

const savedOps = (ops: readonly string[]): {ops?: readonly string[]} =>
  OPS.toMask(ops) === FGUARD_OPS_ALL ? {} : {ops};

/** The rule of a file in the form that people write. */
export function toSaved(rule: ExportedRule): SavedRule {
  const {path, tree, suffix} = rule.match;
  return {
    ...given('name', rule.name),
    ...given('path', path),
    ...unless(false, 'tree', tree ?? false),
    ...given('suffix', suffix),
    ...(rule.ops === undefined ? {} : savedOps(rule.ops)),
    ...savedAllow(rule.allow),
    ...unless('deny', 'else', rule.else ?? 'deny'),
    ...unless('EACCES', 'errno', rule.errno ?? 'EACCES'),
    ...unless('deny', 'default', rule.default ?? 'deny'),
    ...unless(
      USUAL_DEADLINE,
      'deadline',
      exactDuration(rule.deadlineMs ?? FGUARD_DEADLINE_DEFAULT),
    ),
    ...unless(false, 'strict', rule.strict ?? false),
  };
}

/** Why a rule cannot be in a file as it is; undefined for one that can. */
export type Loss = 'ends' | 'processes';

export function lossOf(rule: KernelRule): Loss | undefined {
  if (rule.expiresAt !== null || rule.untilExit || rule.untilClosed === true || rule.against)
    return 'ends';
  return rule.grants.length > 0 || rule.children ? 'processes' : undefined;
}

const NOBODY = {
  pids: [],
  children: false,
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
};

/**
 * A rule without its processes. If it names other subjects, leaving out the processes
 * would allow more than before, so it then allows nobody.
 */
export function withoutProcesses(rule: KernelRule): RuleDocument {
  const document = ruleDocument(rule);
  return lossOf(rule) === 'processes' ? {...document, allow: NOBODY} : document;
}
