// SPDX-License-Identifier: MIT
/* Rules in files: the keys are the flags of `fguard protect`; defaults are left out. */
import {exactDuration} from './duration.js';
import {OPS} from './names.js';
import {
  type KernelRule,
  type RuleDocument,
  type RuleDraft,
  USUAL,
  ruleDocument,
  ruleDraft,
} from './rule.js';

/* A rule in the form that people write, with every key. */
const flat = ({name, match, ops, allow, deadlineMs, ...rule}: RuleDraft) => ({
  name,
  path: match.path,
  tree: match.tree,
  suffix: match.suffix,
  ops: OPS.fromMask(OPS.toMask(ops)),
  allow: {
    exes: allow.exes,
    uids: allow.uids,
    gids: allow.gids,
    loginuids: allow.loginuids,
    cgroups: allow.cgroups,
  },
  else: rule.else,
  errno: rule.errno,
  default: rule.default,
  deadline: exactDuration(deadlineMs),
  strict: rule.strict,
});

type Flat = ReturnType<typeof flat>;

/* People name users and groups. */
type Written<T> = T extends readonly number[] ? readonly (number | string)[] : Readonly<T>;

type Said<T> = {[K in keyof T]?: Written<NonNullable<T[K]>>};

export type SavedSubjects = Said<Flat['allow']>;

/** A rule in a file. */
export type SavedRule = Said<Omit<Flat, 'allow'>> & {allow?: SavedSubjects};

/** The other form that files may have: what --json prints. Only `match` must be there. */
export type ExportedRule = Partial<Omit<RuleDocument, 'match' | 'allow'>> & {
  match: {path: string | null; tree?: boolean; suffix?: string | null};
  allow?: Partial<RuleDocument['allow']>;
};

export const isExported = (rule: SavedRule | ExportedRule): rule is ExportedRule => 'match' in rule;

const USUAL_DRAFT = ruleDraft(USUAL);
const USUAL_FLAT = flat(USUAL_DRAFT);

const isSame = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((value, index) => value === other[index])
    : one === other;

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/* The keys that differ from their defaults, in the order of the defaults; the same inside maps. */
function unusual<T extends object>(usual: T, values: T): Partial<T> {
  const found = Object.entries(usual).map(([key, one]: [string, unknown]) => {
    const value: unknown = values[key as keyof T];
    return [key, isMap(one) && isMap(value) ? unusual(one, value) : value, one] as const;
  });
  const said = found.filter(([, value, one]) =>
    isMap(value) ? Object.keys(value).length > 0 : !isSame(value, one),
  );
  return Object.fromEntries(said) as Partial<T>;
}

/** The rule of a file in the form that people write. */
export const toSaved = (rule: ExportedRule): SavedRule =>
  unusual(
    USUAL_FLAT,
    flat({
      ...USUAL_DRAFT,
      ...rule,
      match: {...USUAL_DRAFT.match, ...rule.match},
      allow: {...USUAL_DRAFT.allow, ...rule.allow},
    }),
  ) as SavedRule;

/** What a file cannot express about a rule; undefined if nothing. */
export type Loss = 'ends' | 'processes';

export function lossOf(rule: KernelRule): Loss | undefined {
  if (rule.expiresAt !== null || rule.untilExit || rule.untilClosed === true || rule.against)
    return 'ends';
  return rule.grants.length > 0 || rule.children ? 'processes' : undefined;
}

/**
 * A rule without its processes. If it names other subjects, leaving out the processes
 * would allow more than before, so it then allows nobody.
 */
export function withoutProcesses(rule: KernelRule): RuleDocument {
  const document = ruleDocument(rule);
  return lossOf(rule) === 'processes' ? {...document, allow: USUAL_DRAFT.allow} : document;
}
