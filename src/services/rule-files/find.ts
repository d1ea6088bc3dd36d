// SPDX-License-Identifier: MIT
import {errnoText} from '../../errno.js';
import {UserError, notPermitted} from '../../errors.js';
import {type Entry, errorCode, readEntries, statIfPossible} from '../files.js';
import {withSudo} from '../guard.js';

/** Where saved rules are; tests have theirs elsewhere. */
export const RULES_DIRECTORY = process.env.FGUARD_RULES ?? '/etc/fguard/rules.d';

const RULE_FILE = /^[^.].*\.(?:ya?ml|json)$/;

/* Bytes decide, so that the order is the same whatever the language. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/* One that is not there holds no rules; of one that cannot be read nobody knows. */
function entriesOf(directory: string): Entry[] {
  try {
    return readEntries(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    const message = `cannot read ${directory}: ${errnoText(code)}`;
    if (code === 'EACCES') throw notPermitted(message, [withSudo()]);
    throw new UserError(code, message);
  }
}

/**
 * The rule files in a directory, in the order of their names.
 * @throws UserError if it is there and cannot be read
 */
export const filesIn = (directory: string): string[] =>
  entriesOf(directory)
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
