// SPDX-License-Identifier: MIT
import {resolve} from 'node:path';

import {shellWord} from '../../domain/shell-word.js';
import {errnoText} from '../../domain/errno.js';
import {UserError, notPermitted} from '../../domain/errors.js';
import {type Foreign, findForeign} from '../../linux/own-folder.js';
import {type Entry, errorCode, isDirectory, readEntries} from '../../linux/files.js';
import {runsAsRoot, withSudo} from '../../linux/privilege.js';
import {placeFiles, unplacedFiles, unplacedPath} from './write.js';

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
export function filesIn(directory: string): string[] {
  const folder = directory.replace(/(?<=.)\/+$/, '');
  const unplaced = new Set(unplacedFiles(folder));
  const names = entriesOf(folder)
    .filter(({isDirectory}) => !isDirectory)
    .map(({name}) => name);
  return [...new Set([...names, ...unplaced])]
    .filter((name) => RULE_FILE.test(name))
    .sort(byName)
    .map((name) => (unplaced.has(name) ? unplacedPath(folder, name) : `${folder}/${name}`));
}

/** The files that are meant: those named, a directory's, or all saved ones. */
export function ruleFiles(named: readonly string[], saved = RULES_DIRECTORY): string[] {
  const paths = named.length === 0 ? [saved] : named;
  const files = paths.flatMap((path) =>
    isDirectory(path) || path === saved ? filesIn(path) : [path],
  );
  return [...new Set(files)];
}

/** Of the saved rules, what others than root, or this user, may change; each place once. */
export function foreignRules(directory = RULES_DIRECTORY): Foreign[] {
  const found = [directory, ...filesIn(directory)].flatMap((path) => findForeign(path) ?? []);
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

/** What takes a place from others, as a command. */
export const takeBack = (places: readonly Foreign[]): string => {
  const words = places.map(({path}) => shellWord(path)).join(' ');
  return `sudo chown -h root: ${words} && sudo chmod go-w ${words}`;
};

/**
 * Refuses saved rules that others than root may change, since root puts them in force;
 * what a killed run has left half done is finished.
 */
export function requireOwnRules(directory = RULES_DIRECTORY): void {
  const foreign = foreignRules(directory);
  if (foreign.length > 0) {
    const why = foreign.map(({reason}) => reason).join('; ');
    throw new UserError('EUNSAFE', `the saved rules may be changed by others: ${why}`, {
      next: [takeBack(foreign)],
    });
  }
  if (runsAsRoot()) placeFiles(directory);
}

/** The same files, of which the saved ones are root's alone. */
export function ownRuleFiles(named: readonly string[], saved = RULES_DIRECTORY): string[] {
  if (named.length === 0 || named.some((path) => resolve(path) === resolve(saved)))
    requireOwnRules(saved);
  return ruleFiles(named, saved);
}
