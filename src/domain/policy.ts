// SPDX-License-Identifier: MIT
import type {Answer, Question} from './question.js';

/** What an entry, or the default, says; null leaves the question to others. */
export type PolicyAnswer = Answer | null;

/** Which questions an entry is about: every kind that is given must match, by one of its values. */
export interface PolicyMatch {
  paths?: readonly string[];
  trees?: readonly string[];
  suffixes?: readonly string[];
  exes?: readonly string[];
  uids?: readonly number[];
  loginuids?: readonly number[];
  /** A mask. */
  ops?: number;
}

export interface PolicyEntry {
  match: PolicyMatch;
  answer: PolicyAnswer;
  /** Where it is written. */
  line: number;
}

export interface Policy {
  entries: readonly PolicyEntry[];
  fallback: PolicyAnswer;
}

/** What is known of an asker beyond the question. */
export interface AskerFacts {
  /** Whether it runs this very file, rather than one of the same name. */
  runs(exe: string): boolean;
  /** Whether a path means the same file to it and to us. */
  sharesView(): boolean;
}

export interface PolicyDecision {
  answer: PolicyAnswer;
  /** Null for the default. */
  entry: PolicyEntry | null;
}

const isBelow = (path: string, tree: string): boolean =>
  path === tree || tree === '/' || path.startsWith(`${tree}/`);

function matchesObject({paths, trees, suffixes}: PolicyMatch, path: string): boolean {
  return (
    (paths === undefined || paths.includes(path)) &&
    (trees === undefined || trees.some((tree) => isBelow(path, tree))) &&
    (suffixes === undefined || suffixes.some((suffix) => path.endsWith(suffix)))
  );
}

const includes = <T>(list: readonly T[] | undefined, value: T | null): boolean =>
  list === undefined || (value !== null && list.includes(value));

const matchesWho = ({uids, loginuids, ops}: PolicyMatch, question: Question): boolean =>
  includes(uids, question.uid) &&
  includes(loginuids, question.loginuid) &&
  (ops === undefined || (ops & (1 << question.op)) !== 0);

const objectsOf = ({path, newPath}: Question): string[] =>
  newPath === null ? [path] : [path, newPath];

/* What lets somebody in must match for certain. */
function matchesSurely(match: PolicyMatch, question: Question, facts: AskerFacts): boolean {
  const byPlace = match.paths !== undefined || match.trees !== undefined;
  return (
    objectsOf(question).every((path) => matchesObject(match, path)) &&
    (match.exes === undefined || match.exes.some((exe) => facts.runs(exe))) &&
    (!byPlace || facts.sharesView())
  );
}

/* What does not, counts where it may match: a false name is no way past it. */
function matchesMaybe(match: PolicyMatch, question: Question, facts: AskerFacts): boolean {
  const {exes} = match;
  return (
    objectsOf(question).some((path) => matchesObject(match, path)) &&
    (includes(exes, question.exe) || exes?.some((exe) => facts.runs(exe)) === true)
  );
}

/**
 * What a policy says to a question: the first entry that matches counts.
 * @param allow the verdict that lets in
 */
export function decide(
  policy: Policy,
  question: Question,
  facts: AskerFacts,
  allow: number,
): PolicyDecision {
  const entry = policy.entries.find(({match, answer}) => {
    if (!matchesWho(match, question)) return false;
    const matches = answer?.verdict === allow ? matchesSurely : matchesMaybe;
    return matches(match, question, facts);
  });
  return entry === undefined
    ? {answer: policy.fallback, entry: null}
    : {answer: entry.answer, entry};
}
