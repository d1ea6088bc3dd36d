// SPDX-License-Identifier: MIT
// What the module does not do yet as the model says. Each kind has one switch: where it is
// false, drawn cases do without what would show it. Whoever mends the module turns it on.
import type {Call} from './calls.js';
import {bind, isAboutTheSame, type Rule} from './rules.js';
import {entriesOf, type Tree} from './tree.js';
import type {World} from './verdict.js';

export const LIMITS = {
  /** A directory on the way is moved, replaced or removed: the rule is about what is there now. */
  followsDirectories: false,
  /** A rule's path may lead through symbolic links, or end with one. */
  followsLinks: false,
  /** A rule may be about what has no directory yet. */
  waitsForDirectories: false,
  /** Two rules may come to be about one object. */
  holdsTwoOfOneObject: false,
} satisfies Record<string, boolean>;

export type Limit = keyof typeof LIMITS;

/** A step of a case: what was, what is to come, and by which call. */
interface Change {
  readonly before: World;
  readonly after: Tree;
  readonly call: Call | undefined;
}

const wayOf = (tree: Tree, rule: Rule): string => {
  const {entry, way} = bind(tree, rule);
  return JSON.stringify([entry?.directory, way]);
};

const isThroughLink = (tree: Tree, rule: Rule): boolean => {
  const {way, ino} = bind(tree, rule);
  const ends = rule.about.kind !== 'suffix' && rule.about.follow ? [ino] : [];
  return [...way, ...ends].some(
    (each) => each !== undefined && tree.inodes.get(each)?.kind === 'link',
  );
};

const SHOWS: Record<Limit, (change: Change) => boolean> = {
  followsDirectories: ({before: {tree, rules}, after}) =>
    rules.some((rule) => wayOf(tree, rule) !== wayOf(after, rule)),
  followsLinks: ({before: {rules}, after}) => rules.some((rule) => isThroughLink(after, rule)),
  waitsForDirectories: ({before: {rules}, after}) =>
    rules.some((rule) => bind(after, rule).pending),
  holdsTwoOfOneObject: ({before: {rules}, after}) =>
    rules.some((rule, i) => rules.slice(i + 1).some((other) => isAboutTheSame(after, rule, other))),
};

/** The first kind that is switched off and that a change would show. */
export const limitOf = (change: Change): Limit | undefined =>
  (Object.keys(LIMITS) as Limit[]).find((limit) => !LIMITS[limit] && SHOWS[limit](change));

/** How many names there are; to find what a case is about. */
export const linksOf = (tree: Tree, ino: number): number => entriesOf(tree, ino).length;
