// SPDX-License-Identifier: MIT
// Rules, and their objects in a tree.
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

/** Operations that change where a path leads if they are done to an ancestor. */
export const WAY_OPS: readonly Op[] = ['delete', 'rename', 'mount'];

/** A process, as rules know it. */
export interface Process {
  readonly name: string;
  readonly uid: number;
  /** The file that it executes. */
  readonly program: Ino | undefined;
  /** Paths named by rules that have led to that file since the process executed it. */
  readonly ran?: readonly string[];
  /** Its ancestors that were named by a rule before it was started. */
  readonly forebears: readonly string[];
}

/** Kinds combine with "and", the values of one kind with "or". */
export interface Subjects {
  readonly processes?: readonly string[];
  /** Also allows descendants that the processes start later. */
  readonly children?: boolean;
  readonly uids?: readonly number[];
  /** Paths of programs. */
  readonly exes?: readonly string[];
}

export interface Rule {
  readonly name: string;
  /**
   * path: the name and its object; tree: also everything below; suffix: names with that
   * ending, below a directory or anywhere.
   */
  readonly about:
    | {readonly kind: 'path' | 'tree'; readonly path: string; readonly follow: boolean}
    | {readonly kind: 'suffix'; readonly suffix: string; readonly below: string | undefined};
  readonly ops: readonly Op[];
  /** Who is allowed; if empty, nobody is. */
  readonly allow: Subjects;
  /** The else action. */
  readonly otherwise: 'deny' | 'ask' | 'log';
  /** The default verdict. */
  readonly fallback: 'allow' | 'deny';
}

/** The object of a rule in the current tree. */
export interface Bound {
  /** The guarded name. */
  readonly entry: Entry | undefined;
  /** The inode that has the name; for a suffix, the directory below which it applies. */
  readonly ino: Ino | undefined;
  /** The ancestors, from the root: changing one of them changes where the path leads. */
  readonly way: readonly Spot[];
  /** The object, or one of its ancestors, does not exist yet. */
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

/** Records the paths that lead to the program now: running processes stay allowed after an upgrade. */
export function noteRun(tree: Tree, rules: readonly Rule[], process: Process): Process {
  const {program, ran = []} = process;
  if (program === undefined) return process;
  const exes = rules.flatMap(({allow}) => allow.exes ?? []);
  return {...process, ran: [...ran, ...exes.filter((exe) => leadsTo(tree, exe, program))]};
}

const runsOne = (tree: Tree, exes: readonly string[], {program, ran = []}: Process): boolean =>
  program !== undefined && exes.some((exe) => leadsTo(tree, exe, program) || ran.includes(exe));

/** Whether a rule allows the process. */
export function allows(tree: Tree, {allow}: Rule, process: Process): boolean {
  const {processes, children, uids, exes} = allow;
  if (!processes && !uids && !exes) return false;
  const isNamed =
    includes(processes, process.name) ||
    (children === true && process.forebears.some((name) => processes?.includes(name)));
  return isNamed && includes(uids, process.uid) && (!exes || runsOne(tree, exes, process));
}

/** Whether two rules are about the same object: the later one would replace the other. */
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

/** The name of an object: a directory has only one, whichever path was used. */
export const hangsAt = (tree: Tree, ino: Ino | undefined, walked: Entry | undefined) =>
  ino !== undefined && tree.inodes.get(ino)?.kind === 'directory' ? entryOf(tree, ino) : walked;
