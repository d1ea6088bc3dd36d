// SPDX-License-Identifier: MIT
// What the module does not do yet as the model says. Each kind has one switch: where it is
// false, drawn cases do without exactly what would show it, and disagreements.ts has a case
// that does. Whoever mends the module turns the switch on.
import {bind, isAboutTheSame, WAY_OPS, type Op, type Rule} from './rules.js';
import {find, inodesOf, isLost, type Ino, type Tree} from './tree.js';
import type {Target} from './verdict.js';

export const LIMITS = {
  /** A directory on the way is moved, replaced or removed: the rule is about what is there now. */
  followsDirectories: false,
  /** Something is mounted on the way, or on the object, or unmounted. */
  followsMounts: false,
  /** What holds a guarded object may be unmounted, if nothing else is revealed in its place. */
  letsUnmount: false,
  /** What hides nothing may be mounted on the way to a path. */
  letsMountOnWays: false,
  /** A rule's path may lead through symbolic links, or end with one. */
  followsLinks: false,
  /** A rule may be about what has no directory yet. */
  waitsForDirectories: false,
  /** A program is what its path leads to now. */
  followsPrograms: true,
  /** A rule may let in a program that is not there. */
  waitsForPrograms: true,
  /** Two rules may come to be about one object. */
  holdsTwoOfOneObject: false,
  /** What has left the guarded name is on the way to it no more. */
  forgetsFormerObjects: true,
  /** Directories on the way are guarded also where the rule is about other operations. */
  guardsWaysOfPartialRules: true,
} satisfies Record<string, boolean>;

export type Limit = keyof typeof LIMITS;
export type Limits = Readonly<Record<Limit, boolean>>;

/** Everything as the model has it. */
export const UNLIMITED = Object.fromEntries(
  Object.keys(LIMITS).map((limit) => [limit, true]),
) as Limits;

/** Rules, the tree for which they were made, and the tree now. */
export interface Past {
  readonly rules: readonly Rule[];
  readonly made: Tree;
  readonly tree: Tree;
}

const directoriesOf = (tree: Tree, rule: Rule): string => {
  const {entry, way} = bind(tree, rule);
  return JSON.stringify([entry?.directory, way.map(({ino}) => ino)]);
};

const leadsElsewhere = ({rules, made, tree}: Past): boolean =>
  rules.some((rule) => directoriesOf(made, rule) !== directoriesOf(tree, rule));

const seenBy = (tree: Tree, rule: Rule): Ino | undefined => {
  const {ino} = bind(tree, rule);
  return tree.mounts.some(({root}) => root === ino) ? ino : undefined;
};

/** What a rule is about is, or was, the root of a mount. */
const isCovered = ({rules, made, tree}: Past): boolean =>
  rules.some((rule) => seenBy(made, rule) !== seenBy(tree, rule));

const isMountedAnew = ({made, tree}: Past): boolean => made.mounts !== tree.mounts;

const isThroughLink = (tree: Tree, rule: Rule): boolean => {
  const {way, ino} = bind(tree, rule);
  const ends = rule.about.kind !== 'suffix' && rule.about.follow ? [ino] : [];
  return inodesOf(tree, [...way.map((spot) => spot.ino), ...ends]).some(
    ({kind}) => kind === 'link',
  );
};

const programsOf = (tree: Tree, rules: readonly Rule[]): (Ino | undefined)[] =>
  rules.flatMap(({allow}) =>
    (allow.exes ?? []).map((exe) => {
      const found = find(tree, exe, true);
      return isLost(found) ? undefined : found.ino;
    }),
  );

/** Trees to which rules come that would show it. */
const SHOWN_BY_TREE: Partial<Record<Limit, (past: Past) => boolean>> = {
  followsDirectories: (past) => !isMountedAnew(past) && leadsElsewhere(past),
  followsMounts: (past) => isMountedAnew(past) && (leadsElsewhere(past) || isCovered(past)),
  letsUnmount: (past) =>
    past.tree.mounts.length < past.made.mounts.length && (leadsElsewhere(past) || isCovered(past)),
  followsLinks: ({rules, tree}) => rules.some((rule) => isThroughLink(tree, rule)),
  waitsForDirectories: ({rules, tree}) => rules.some((rule) => bind(tree, rule).pending),
  followsPrograms: ({rules, made, tree}) =>
    JSON.stringify(programsOf(made, rules)) !== JSON.stringify(programsOf(tree, rules)),
  waitsForPrograms: ({rules, tree}) =>
    programsOf(tree, rules).some(
      (ino) => ino === undefined || tree.inodes.get(ino)?.kind !== 'file',
    ),
  holdsTwoOfOneObject: ({rules, tree}) =>
    rules.some((rule, i) => rules.slice(i + 1).some((other) => isAboutTheSame(tree, rule, other))),
};

const hasLeft = ({made, tree}: Past, rule: Rule, ino: Ino): boolean =>
  bind(made, rule).ino === ino && bind(tree, rule).ino !== ino;

const isOnWay = (tree: Tree, rule: Rule, ino: Ino): boolean =>
  bind(tree, rule).way.some((spot) => spot.ino === ino);

/** Accesses that would show it. */
const SHOWN_BY_ACCESS: Partial<Record<Limit, (past: Past, target: Target, op: Op) => boolean>> = {
  forgetsFormerObjects: (past, {ino}, op) =>
    WAY_OPS.includes(op) &&
    ino !== undefined &&
    past.rules.some((rule) => rule.ops.includes(op) && hasLeft(past, rule, ino)),
  letsMountOnWays: ({rules, tree}, {ino}, op) =>
    op === 'mount' &&
    ino !== undefined &&
    rules.some((rule) => bind(tree, rule).ino === undefined && isOnWay(tree, rule, ino)),
  guardsWaysOfPartialRules: ({rules, tree}, {ino}, op) =>
    WAY_OPS.includes(op) &&
    ino !== undefined &&
    rules.some((rule) => !rule.ops.includes(op) && isOnWay(tree, rule, ino)),
};

const isOff = (limits: Limits) => (limit: Limit) => !limits[limit];

/** The kind that is switched off and that a tree would show, if any. */
export const limitOfTree = (limits: Limits, past: Past): Limit | undefined =>
  (Object.keys(SHOWN_BY_TREE) as Limit[])
    .filter(isOff(limits))
    .find((limit) => SHOWN_BY_TREE[limit]?.(past));

/** The same of an access. */
export const limitOfAccess = (
  limits: Limits,
  past: Past,
  target: Target,
  op: Op,
): Limit | undefined =>
  (Object.keys(SHOWN_BY_ACCESS) as Limit[])
    .filter(isOff(limits))
    .find((limit) => SHOWN_BY_ACCESS[limit]?.(past, target, op));
