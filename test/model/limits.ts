// SPDX-License-Identifier: MIT
// Known differences between module and model, with a switch for each. While it is false,
// generated cases avoid exactly what would show the difference, and disagreements.ts has a
// case that shows it. Whoever fixes the module turns the switch on.
import {bind, isAboutTheSame, WAY_OPS, type Op, type Rule} from './rules.js';
import {find, inodesOf, isLost, type Ino, type Tree} from './tree.js';
import type {Target} from './verdict.js';

export const LIMITS = {
  /** An ancestor is moved, replaced or removed: the rule is about the object there now. */
  followsDirectories: false,
  /** Something is mounted on an ancestor or on the object, or unmounted. */
  followsMounts: false,
  /** A file system with a guarded object can be unmounted if that reveals no other object in its place. */
  letsUnmount: false,
  /** A mount on an ancestor is allowed if it hides nothing. */
  letsMountOnWays: false,
  /** The path of a rule may contain symbolic links. */
  followsLinks: false,
  /** The directory of a rule's object need not exist yet. */
  waitsForDirectories: false,
  /** A program is the file that its path leads to now. */
  followsPrograms: true,
  /** A rule may allow a program that does not exist. */
  waitsForPrograms: true,
  /** Two rules may come to be about one object. */
  holdsTwoOfOneObject: false,
  /** An object that has lost the guarded name is no longer an ancestor of it. */
  forgetsFormerObjects: true,
  /** Ancestors are guarded even if the rule covers only other operations. */
  guardsWaysOfPartialRules: true,
} satisfies Record<string, boolean>;

export type Limit = keyof typeof LIMITS;
export type Limits = Readonly<Record<Limit, boolean>>;

/** No differences: everything as in the model. */
export const UNLIMITED = Object.fromEntries(
  Object.keys(LIMITS).map((limit) => [limit, true]),
) as Limits;

/** Rules, the tree when they were added, and the tree now. */
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

/** Whether the object of a rule is, or was, the root of a mount. */
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

/** Whether a tree would show the difference. */
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

/** Whether an access would show the difference. */
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

/** The switched-off limit that a tree would show, if any. */
export const limitOfTree = (limits: Limits, past: Past): Limit | undefined =>
  (Object.keys(SHOWN_BY_TREE) as Limit[])
    .filter(isOff(limits))
    .find((limit) => SHOWN_BY_TREE[limit]?.(past));

/** The same for an access. */
export const limitOfAccess = (
  limits: Limits,
  past: Past,
  target: Target,
  op: Op,
): Limit | undefined =>
  (Object.keys(SHOWN_BY_ACCESS) as Limit[])
    .filter(isOff(limits))
    .find((limit) => SHOWN_BY_ACCESS[limit]?.(past, target, op));
