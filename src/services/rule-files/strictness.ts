// SPDX-License-Identifier: MIT
/* Which of two rules allows less, for when it is unknown which was meant. */
import {ELSES, VERDICTS} from '../../domain/names.js';
import type {RuleRequest} from '../../domain/rule.js';
import {FGUARD_OPS_ALL} from '../../domain/uapi.gen.js';

/** What is compared; rules in the kernel and in files both have it. */
export type Terms = Pick<
  RuleRequest,
  | 'path'
  | 'tree'
  | 'suffix'
  | 'ops'
  | 'elseAction'
  | 'defaultVerdict'
  | 'strict'
  | 'exes'
  | 'uids'
  | 'gids'
  | 'loginuids'
  | 'cgroups'
>;

const KINDS = ['exes', 'uids', 'gids', 'loginuids', 'cgroups'] as const;

const opsOf = ({ops}: Terms): number => (ops === 0 ? FGUARD_OPS_ALL : ops);

/* From the strictest: deny, ask with default deny, ask with default allow, log. */
function outcome({elseAction, defaultVerdict}: Terms): number {
  if (elseAction === ELSES.value('deny')) return 3;
  if (elseAction !== ELSES.value('ask')) return 0;
  return defaultVerdict === VERDICTS.value('allow') ? 1 : 2;
}

const count = (ops: number): number => (ops === 0 ? 0 : (ops & 1) + count(ops >>> 1));

/* Kinds join with "and", the values of one with "or". */
const kinds = (rule: Terms): number => KINDS.filter((kind) => rule[kind].length > 0).length;
const values = (rule: Terms): number => KINDS.reduce((sum, kind) => sum + rule[kind].length, 0);

/* Greater is stricter; the first difference decides. A rule without subjects allows nobody. */
const degrees = (rule: Terms): number[] => [
  outcome(rule),
  count(opsOf(rule)),
  kinds(rule) === 0 ? Infinity : kinds(rule),
  -values(rule),
  rule.strict ? 1 : 0,
];

/** Whether a rule is stricter than another about the same. */
export function isStricter(rule: Terms, other: Terms): boolean {
  const [own, others] = [degrees(rule), degrees(other)];
  const at = own.findIndex((degree, index) => degree !== others[index]);
  return at >= 0 && (own[at] ?? 0) > (others[at] ?? 0);
}

/* A path is the most specific, then the deepest tree, then a suffix. */
function covers(wide: Terms, rule: Terms): boolean {
  const {path, tree, suffix} = wide;
  if (suffix !== null && !(rule.suffix ?? rule.path ?? '').endsWith(suffix)) return false;
  if (path === null || path === '/') return true;
  const inside = rule.path?.startsWith(`${path}/`) === true;
  return (tree || suffix !== null) && (inside || rule.path === path);
}

const sameSubjects = (a: Terms, b: Terms): boolean =>
  KINDS.every((kind) => JSON.stringify(a[kind].toSorted()) === JSON.stringify(b[kind].toSorted()));

/* Whether it certainly allows no more: the same subjects, or nobody. */
const letsNoMore = (rule: Terms, wide: Terms): boolean =>
  outcome(rule) >= outcome(wide) &&
  (opsOf(wide) & ~opsOf(rule)) === 0 &&
  (rule.strict || !wide.strict) &&
  (kinds(rule) === 0 || sameSubjects(rule, wide));

/** Whether a rule allows what a wider one denies, as exceptions do. */
export const opens = (rule: Terms, wide: Terms): boolean =>
  covers(wide, rule) && !letsNoMore(rule, wide);
