// SPDX-License-Identifier: MIT
import {dirname} from 'node:path';

import type {Mistake} from '../../domain/mistake.js';
import {shellWord} from '../../domain/shell-word.js';
import {fileErrorText} from '../../domain/errno.js';
import {UserError, notPermitted} from '../../domain/errors.js';
import {type Foreign, findForeign} from '../../linux/own-folder.js';
import {
  type Entry,
  entries,
  errorCode,
  isDirectory,
  lstatIfPossible,
  readEntries,
  realPathIfPossible,
  statIfPossible,
} from '../../linux/files.js';
import {runsAsRoot, withSudo} from '../../linux/privilege.js';
import {wholePath} from '../../linux/whole-path.js';
import {placeFiles, unplacedFiles, unplacedPath} from './write.js';

/** Where saved rules are; tests have theirs elsewhere. */
export const RULES_DIRECTORY = process.env.FGUARD_RULES ?? '/etc/fguard/rules.d';

const RULE_FILE = /^[^.].*\.(?:ya?ml|json)$/;

/* Compared by bytes, so that the order does not depend on the locale. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/* A dangling link counts as existing, even as a component of the path. */
function isAbsent(path: string): boolean {
  if (statIfPossible(path) !== undefined) return true;
  return lstatIfPossible(path) === undefined && isAbsent(dirname(path));
}

/* A missing directory has no rules; one that cannot be read is an error. */
function entriesOf(directory: string): Entry[] {
  try {
    return readEntries(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && isAbsent(wholePath(directory))) return [];
    const message = `cannot read ${directory}: ${fileErrorText(code)}`;
    if (code === 'EACCES') throw notPermitted(message, [withSudo()]);
    throw new UserError(code, message);
  }
}

/**
 * The rule files in a directory, in the order of their names.
 * @throws UserError if it exists but cannot be read
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

/* Why a file that looks like a rule file is ignored. */
function whyIgnored({name, isDirectory}: Entry): string | undefined {
  if (isDirectory && RULE_FILE.test(name)) return 'is a directory';
  if (!RULE_FILE.test(name) && RULE_FILE.test(name.toLowerCase()))
    return 'has a name that ends in capitals instead of .yaml, .yml or .json';
  return undefined;
}

/** Files in the given directories that look like rule files but are ignored. */
export function ignoredRuleFiles(named: readonly string[], saved = RULES_DIRECTORY): Mistake[] {
  const paths = named.length === 0 ? [saved] : named.filter(isDirectory);
  return paths.flatMap((directory) =>
    entries(directory).flatMap((entry) => {
      const why = whyIgnored(entry);
      const file = `${directory.replace(/(?<=.)\/+$/, '')}/${entry.name}`;
      const message = `this ${why ?? ''}, so it is not read`;
      return why === undefined ? [] : [{file, line: 1, column: 1, message}];
    }),
  );
}

/** The files to use: those named, those of a directory, or all saved ones. */
export function ruleFiles(named: readonly string[], saved = RULES_DIRECTORY): string[] {
  const paths = named.length === 0 ? [saved] : named;
  const files = paths.flatMap((path) =>
    isDirectory(path) || path === saved ? filesIn(path) : [path],
  );
  return [...new Set(files)];
}

/** A place that others can change, and the path that leads to it. */
export interface ForeignRules extends Foreign {
  from: string;
}

const isOnTheWay = (place: string, path: string): boolean =>
  place === path || path.startsWith(place === '/' ? '/' : `${place}/`);

const isLink = (path: string): boolean => lstatIfPossible(path)?.isSymbolicLink() === true;

function findForeignFrom(path: string): ForeignRules | undefined {
  const found = findForeign(path);
  if (found === undefined) return undefined;
  const from = wholePath(path);
  if (isOnTheWay(found.path, from)) return {...found, from};
  return {...found, from, reason: `${from} leads through a link, and ${found.reason}`};
}

function foreignPlaces(paths: readonly string[]): ForeignRules[] {
  const found = paths.flatMap((path) => findForeignFrom(path) ?? []);
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

/** Places of saved rules that users other than root or this user can change, each once. */
export const foreignRules = (directory = RULES_DIRECTORY): ForeignRules[] =>
  foreignPlaces([directory, ...filesIn(directory)]);

/** The same, as far as this user can see. */
export function visiblyForeignRules(): Foreign[] {
  try {
    return foreignRules();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/* A link may lead to a file of the system, such as /dev/zero, and chmod would follow it. */
function remedy({path, from}: ForeignRules): 'remove' | 'look' | 'take' {
  if (isLink(from) && !isOnTheWay(path, dirname(from))) return 'remove';
  return isOnTheWay(path, from) && !isLink(path) ? 'take' : 'look';
}

const shellWords = (paths: readonly string[]): string =>
  [...new Set(paths)].map(shellWord).join(' ');

/** The command that makes the places changeable only by root. */
export function takeBack(places: readonly ForeignRules[]): string {
  const by = (kind: string) => places.filter((place) => remedy(place) === kind);
  const own = shellWords(by('take').map(({path}) => path));
  const links = shellWords(by('remove').map(({from}) => from));
  const others = shellWords(by('look').map(({from}) => from));
  return [
    ...(own === '' ? [] : [`sudo chown -h root: ${own} && sudo chmod go-w ${own}`]),
    ...(links === '' ? [] : [`sudo rm ${links}`]),
    ...(others === '' ? [] : [`namei -l ${others}`]),
  ].join(' && ');
}

const changedByOthers = (places: readonly ForeignRules[]): UserError => {
  const why = places.map(({reason}) => reason).join('; ');
  const message = `others can change the saved rules: ${why}`;
  return new UserError('EUNSAFE', message, {next: [takeBack(places)]});
};

/* Completes what a killed run has begun. */
function finishWriting(directory: string): void {
  if (runsAsRoot()) placeFiles(directory);
}

function requireOwn(paths: readonly string[]): void {
  const foreign = foreignPlaces(paths);
  if (foreign.length > 0) throw changedByOthers(foreign);
}

/* Files that cannot be moved to their places are used where they are. */
function finishIfPossible(directory: string): void {
  try {
    finishWriting(directory);
  } catch (error) {
    if (errorCode(error) === '') throw error;
  }
}

/** Refuses saved rules that users other than root can change, because root applies them. */
export function requireOwnRules(directory = RULES_DIRECTORY): void {
  requireOwn([directory, ...filesIn(directory)]);
  finishWriting(directory);
}

/* Compared after resolving symbolic links. */
const placeOf = (path: string): string => realPathIfPossible(path) ?? wholePath(path);

/* Including files not yet moved to their places. */
function isSavedFile(file: string, saved: string): boolean {
  const folder = placeOf(dirname(file));
  return [placeOf(saved), placeOf(dirname(unplacedPath(saved, 'name')))].includes(folder);
}

const areSaved = (named: readonly string[], saved: string): boolean =>
  named.length === 0 ||
  named.some((path) => placeOf(path) === placeOf(saved) || isSavedFile(path, saved));

/** The same files; throws if others can change the saved ones. */
export function ownRuleFiles(named: readonly string[], saved = RULES_DIRECTORY): string[] {
  if (areSaved(named, saved)) {
    const files = ruleFiles(named, saved).filter((file) => isSavedFile(file, saved));
    requireOwn([saved, ...files]);
    finishWriting(saved);
  }
  return ruleFiles(named, saved);
}

const notOurs = (file: string, foreign: ForeignRules): Mistake => {
  const message = `${foreign.reason}, so it is not applied; to fix it: ${takeBack([foreign])}`;
  return {file, line: 1, column: 1, message};
};

/**
 * The same files without saved ones that users other than root can change, and why
 * those are left out. In a directory of other users, no file is safe.
 */
export function ownRuleFilesAlone(
  named: readonly string[],
  saved = RULES_DIRECTORY,
): {files: string[]; leftOut: Mistake[]} {
  const files = ruleFiles(named, saved);
  if (!areSaved(named, saved)) return {files, leftOut: []};
  const folder = findForeignFrom(saved);
  if (folder !== undefined) throw changedByOthers([folder]);
  const savedFiles = files.filter((file) => isSavedFile(file, saved));
  const foreign = new Map(savedFiles.map((file) => [file, findForeignFrom(file)]));
  const leftOut = [...foreign].flatMap(([file, one]) => (one ? [notOurs(file, one)] : []));
  if (leftOut.length === 0) finishIfPossible(saved);
  const own = leftOut.length === 0 ? ruleFiles(named, saved) : files;
  return {files: own.filter((file) => foreign.get(file) === undefined), leftOut};
}
