// SPDX-License-Identifier: MIT
import {
  type KernelRule,
  type RuleDocument,
  type RuleDraft,
  type RuleRequest,
  USUAL,
  ruleDocument,
  ruleDraft,
} from './rule.js';

export type {RuleDraft} from './rule.js';

/** A changed member of a rule; its key is that of RULE, such as allow.uids. */
export interface TermChange {
  key: string;
  from: unknown;
  to: unknown;
}

export interface RuleChange {
  from: RuleDocument;
  to: RuleDraft;
  terms: TermChange[];
}

/** How replacing the active rules changes them. */
export interface RuleDifference {
  added: RuleDraft[];
  removed: RuleDocument[];
  changed: RuleChange[];
  unchanged: RuleDocument[];
}

/** Rules with this in common are about the same object. */
export const objectKey = ({path, suffix}: {path: string | null; suffix: string | null}): string =>
  JSON.stringify([path, suffix]);

/* The rule as it would be once active: 0 stands for the default. */
const draftOf = (request: RuleRequest): RuleDraft =>
  ruleDraft({
    ...request,
    ops: request.ops === 0 ? USUAL.ops : request.ops,
    error: request.error === 0 ? USUAL.error : request.error,
    timeout: request.timeout === 0 ? USUAL.timeout : request.timeout,
  });

/* The order of subjects and the names of processes are irrelevant. */
const plain = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) => (isGrant(one) ? one.pid : one)).sort();
};

const isGrant = (value: unknown): value is {pid: number} =>
  typeof value === 'object' && value !== null && 'pid' in value;

function termsOf(rule: RuleDraft): Map<string, unknown> {
  const {match, allow, ...rest} = rule;
  const terms = Object.entries({
    ...rest,
    ...Object.fromEntries(Object.entries(allow).map(([key, value]) => [`allow.${key}`, value])),
    'match.tree': match.tree,
  });
  return new Map(terms.map(([key, value]) => [key, plain(value)]));
}

function changes(from: RuleDraft, to: RuleDraft): TermChange[] {
  const before = termsOf(from);
  return [...termsOf(to)]
    .map(([key, value]) => ({key, from: before.get(key), to: value}))
    .filter((term) => JSON.stringify(term.from) !== JSON.stringify(term.to));
}

/** Compares the active rules with those that will replace them. */
export function compareRules(
  active: readonly KernelRule[],
  requests: readonly RuleRequest[],
): RuleDifference {
  const left = new Map(active.map((rule) => [objectKey(rule), ruleDocument(rule)]));
  const difference: RuleDifference = {added: [], removed: [], changed: [], unchanged: []};
  for (const request of requests) {
    const key = objectKey(request);
    const [from, to] = [left.get(key), draftOf(request)];
    left.delete(key);
    const terms = from === undefined ? [] : changes(from, to);
    if (from === undefined) difference.added.push(to);
    else if (terms.length > 0) difference.changed.push({from, to, terms});
    else difference.unchanged.push(from);
  }
  difference.removed.push(...left.values());
  return difference;
}

/** Whether nothing differs. */
export const isSame = ({added, removed, changed}: RuleDifference): boolean =>
  added.length + removed.length + changed.length === 0;
