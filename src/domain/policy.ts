// SPDX-License-Identifier: MIT
import type {Answer, Question} from './question.js';

/** The answer of an entry or the default; null leaves the request to others. */
export type PolicyAnswer = Answer | null;

/** Which requests an entry matches: at least one value of every kind given. */
export interface PolicyMatch {
  paths?: readonly string[];
  trees?: readonly string[];
  suffixes?: readonly string[];
  exes?: readonly string[];
  uids?: readonly number[];
  loginuids?: readonly number[];
  /** A mask of operations. */
  ops?: number;
}

export interface PolicyEntry {
  match: PolicyMatch;
  answer: PolicyAnswer;
  /** Its position in the file. */
  line: number;
}

export interface Policy {
  entries: readonly PolicyEntry[];
  defaultAnswer: PolicyAnswer;
}

/** Facts about the waiting process beyond the request. */
export interface WaiterFacts {
  /** Whether it runs exactly this file, rather than another with the same name. */
  runs(exe: string): boolean;
  /** Whether a path leads to the same file for the process as for us. */
  sharesView(): boolean;
  /** Whether the process sees a mount at exactly this path; the file's own name may then be any. */
  seesMount(path: string): boolean;
  /** Other paths of the object through our mounts. */
  otherNames(path: string): readonly string[];
  /** Whether two paths lead to the same file, such as hard links. */
  isSame(path: string, other: string): boolean;
}

export interface PolicyDecision {
  answer: PolicyAnswer;
  /** Null for the default. */
  entry: PolicyEntry | null;
}

const isBelow = (path: string, tree: string): boolean =>
  path === tree || tree === '/' || path.startsWith(`${tree}/`);

const matchesSuffix = ({suffixes}: PolicyMatch, path: string): boolean =>
  suffixes === undefined || suffixes.some((suffix) => path.endsWith(suffix));

const matchesObject = (match: PolicyMatch, path: string): boolean =>
  (match.paths === undefined || match.paths.includes(path)) &&
  (match.trees === undefined || match.trees.some((tree) => isBelow(path, tree))) &&
  matchesSuffix(match, path);

const includes = <T>(list: readonly T[] | undefined, value: T | null): boolean =>
  list === undefined || (value !== null && list.includes(value));

const matchesWho = ({uids, loginuids, ops}: PolicyMatch, question: Question): boolean =>
  includes(uids, question.uid) &&
  includes(loginuids, question.loginuid) &&
  (ops === undefined || (ops & (1 << question.op)) !== 0);

const objectsOf = ({path, newPath}: Question): string[] =>
  newPath === null ? [path] : [path, newPath];

const isByPlace = ({paths, trees}: PolicyMatch): boolean =>
  paths !== undefined || trees !== undefined;

/* A bind mount of a file gives it another name, which counts only if we see the mount too. */
const mayBeRenamed = (path: string, facts: WaiterFacts): boolean =>
  !facts.sharesView() && facts.seesMount(path);

/* An entry that allows must match for certain. */
function matchesSurely(match: PolicyMatch, question: Question, facts: WaiterFacts): boolean {
  const paths = objectsOf(question);
  return (
    paths.every((path) => matchesObject(match, path)) &&
    (match.exes === undefined || match.exes.some((exe) => facts.runs(exe))) &&
    (!isByPlace(match) || facts.sharesView()) &&
    (match.suffixes === undefined || !paths.some((path) => mayBeRenamed(path, facts)))
  );
}

/* The kernel appends this to the path of a removed file. */
const living = (path: string): string => path.replace(/ \(deleted\)$/, '');

/* Of such a path, only the last component is known, so the file may be anywhere. */
const isCut = (path: string): boolean => !path.startsWith('/');

/* Not even that is known if the waiter itself mounted the file system. */
const isNameless = (path: string): boolean => isCut(path) && path.endsWith('/');

function mayMatchPlace(match: PolicyMatch, path: string, facts: WaiterFacts): boolean {
  const {paths, trees} = match;
  if (!isByPlace(match) || isCut(path) || !facts.sharesView()) return true;
  const names = [path, living(path), ...facts.otherNames(path)];
  return (
    (paths === undefined || paths.some((one) => names.includes(one) || facts.isSame(path, one))) &&
    (trees === undefined || trees.some((tree) => names.some((name) => isBelow(name, tree))))
  );
}

function mayMatchSuffix(match: PolicyMatch, path: string, facts: WaiterFacts): boolean {
  if (match.suffixes === undefined || isNameless(path) || mayBeRenamed(path, facts)) return true;
  const others = isCut(path) ? [] : facts.otherNames(path);
  return [path, living(path), ...others].some((name) => matchesSuffix(match, name));
}

/* Any other entry applies if it might match, so that a false name does not bypass it. */
function matchesMaybe(match: PolicyMatch, question: Question, facts: WaiterFacts): boolean {
  const {exes} = match;
  return (
    objectsOf(question).some(
      (path) => mayMatchPlace(match, path, facts) && mayMatchSuffix(match, path, facts),
    ) &&
    (includes(exes, question.exe) || exes?.some((exe) => facts.runs(exe)) === true)
  );
}

/**
 * The answer of a policy to a request: the first entry that matches decides.
 * @param allow the verdict that allows
 */
export function decide(
  policy: Policy,
  question: Question,
  facts: WaiterFacts,
  allow: number,
): PolicyDecision {
  const entry = policy.entries.find(({match, answer}) => {
    if (!matchesWho(match, question)) return false;
    const matches = answer?.verdict === allow ? matchesSurely : matchesMaybe;
    return matches(match, question, facts);
  });
  return entry === undefined
    ? {answer: policy.defaultAnswer, entry: null}
    : {answer: entry.answer, entry};
}
