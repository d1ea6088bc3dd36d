// SPDX-License-Identifier: MIT
import {entries, statIfPossible} from '../files.js';

/** Where saved rules are; tests have theirs elsewhere. */
export const RULES_DIRECTORY = process.env.FGUARD_RULES ?? '/etc/fguard/rules.d';

const RULE_FILE = /^[^.].*\.(?:ya?ml|json)$/;

/* Bytes decide, so that the order is the same whatever the language. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rule files in a directory, in the order of their names. */
export const filesIn = (directory: string): string[] =>
  entries(directory)
    .filter(({name, isDirectory}) => !isDirectory && RULE_FILE.test(name))
    .map(({name}) => `${directory.replace(/\/+$/, '')}/${name}`)
    .sort(byName);

const isDirectory = (path: string): boolean => statIfPossible(path)?.isDirectory() === true;

/** The files that are meant: those named, a directory's, or all saved ones. */
export function ruleFiles(named: readonly string[], saved = RULES_DIRECTORY): string[] {
  const paths = named.length === 0 ? [saved] : named;
  const files = paths.flatMap((path) =>
    isDirectory(path) || path === saved ? filesIn(path) : [path],
  );
  return [...new Set(files)];
}
