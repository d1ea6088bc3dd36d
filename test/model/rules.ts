// SPDX-License-Identifier: MIT
// What rules say, and what they are about in a tree.
import {entryOf, find, isLost, type Entry, type Ino, type Spot, type Tree} from './tree.js';

export const OPS = [
  'read',
  'write',
  'exec',
  'create',
  'delete',
  'rename',
  'link',
  'truncate',
  'attr',
  'list',
  'mount',
] as const;
export type Op = (typeof OPS)[number];

/** What changes where a path leads, if it is done to something on the way. */
export const WAY_OPS: readonly Op[] = ['delete', 'rename', 'mount'];

/** A process, as rules know it. */
export interface Process {
  readonly name: string;
  readonly uid: number;
  /** The file that it executes. */
  readonly program: Ino | undefined;
  /** Paths that have led to that file since it executes it, and were named by a rule. */
  readonly ran?: readonly string[];
  /** Those that it descends from, and that were named by a rule before it was started. */
  readonly forebears: readonly string[];
}

/** Kinds join with "and", the values of one kind with "or". */
export interface Subjects {
  readonly processes?: readonly string[];
  /** What the processes start from then on, too. */
  readonly children?: boolean;
  readonly uids?: readonly number[];
  /** Paths of programs. */
  readonly exes?: readonly string[];
}

export interface Rule {
  readonly name: string;
  /**
   * path: that name, and what has it; tree: and all below; suffix: names that end so,
   * below a directory or anywhere.
   */
  readonly about:
    | {readonly kind: 'path' | 'tree'; readonly path: string; readonly follow: boolean}
    | {readonly kind: 'suffix'; readonly suffix: string; readonly below: string | undefined};
  readonly ops: readonly Op[];
  /** Who is let in; without any, nobody is. */
  readonly allow: Subjects;
  /** What happens to everybody else. */
  readonly otherwise: 'deny' | 'ask' | 'log';
  /** Where it asks and nobody answers. */
  readonly fallback: 'allow' | 'deny';
}

/** What a rule is about in a tree as it is now. */
export interface Bound {
  /** The guarded name. */
  readonly entry: Entry | undefined;
  /** What has it; of a suffix, the directory below which it counts. */
  readonly ino: Ino | undefined;
  /** What the path leads through, from the root on: who changes that, changes what it means. */
  readonly way: readonly Spot[];
  /** The object, or a directory on the way, is not there yet. */
  readonly pending: boolean;
}

const NOWHERE = {entry: undefined, ino: undefined};

export function bind(tree: Tree, {about}: Rule): Bound {
  if (about.kind === 'suffix') {
    if (about.below === undefined) return {...NOWHERE, way: [], pending: false};
    const found = find(tree, about.below, true);
    if (isLost(found)) return {...NOWHERE, way: found.way, pending: true};
    return {
      entry: undefined,
      ino: found.ino,
      way:
        found.ino === undefined ? found.way : [...found.way, {mount: found.seenIn, ino: found.ino}],
      pending: found.ino === undefined || tree.inodes.get(found.ino)?.kind !== 'directory',
    };
  }
  const found = find(tree, about.path, about.follow);
  if (isLost(found)) return {...NOWHERE, way: found.way, pending: true};
  const {entry, ino, way} = found;
  return {entry, ino, way, pending: false};
}

const includes = <T>(values: readonly T[] | undefined, value: T): boolean =>
  values === undefined || values.includes(value);

const leadsTo = (tree: Tree, exe: string, program: Ino): boolean => {
  const found = find(tree, exe, true);
  return !isLost(found) && found.ino === program;
};

/** The process, with what leads to its program now: an upgrade puts out nobody who runs. */
export function noteRun(tree: Tree, rules: readonly Rule[], process: Process): Process {
  const {program, ran = []} = process;
  if (program === undefined) return process;
  const exes = rules.flatMap(({allow}) => allow.exes ?? []);
  return {...process, ran: [...ran, ...exes.filter((exe) => leadsTo(tree, exe, program))]};
}

const runsOne = (tree: Tree, exes: readonly string[], {program, ran = []}: Process): boolean =>
  program !== undefined && exes.some((exe) => leadsTo(tree, exe, program) || ran.includes(exe));

/** Is the process one of those that a rule lets in? */
export function allows(tree: Tree, {allow}: Rule, process: Process): boolean {
  const {processes, children, uids, exes} = allow;
  if (!processes && !uids && !exes) return false;
  const isNamed =
    includes(processes, process.name) ||
    (children === true && process.forebears.some((name) => processes?.includes(name)));
  return isNamed && includes(uids, process.uid) && (!exes || runsOne(tree, exes, process));
}

/** Two rules about the same object: the later replaces the other, so a set has one of them. */
export function isAboutTheSame(tree: Tree, a: Rule, b: Rule): boolean {
  const [one, other] = [bind(tree, a), bind(tree, b)];
  if (a.about.kind === 'suffix' || b.about.kind === 'suffix')
    return (
      a.about.kind === b.about.kind &&
      'suffix' in a.about &&
      'suffix' in b.about &&
      a.about.suffix === b.about.suffix &&
      one.ino === other.ino
    );
  if (!one.entry || !other.entry) return one.ino !== undefined && one.ino === other.ino;
  return one.entry.directory === other.entry.directory && one.entry.name === other.entry.name;
}

/** Where the object of an access hangs: a directory has one name, whatever led to it. */
export const hangsAt = (tree: Tree, ino: Ino | undefined, walked: Entry | undefined) =>
  ino !== undefined && tree.inodes.get(ino)?.kind === 'directory' ? entryOf(tree, ino) : walked;
