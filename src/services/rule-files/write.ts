// SPDX-License-Identifier: MIT
/*
 * Files appear in a directory all or none, even after a kill or a power cut. They are
 * written into a subdirectory; a single rename then marks that as complete, and
 * each file is moved to its place. Until all are, readers also use those in the
 * subdirectory, and writers finish what was begun. Names that begin with a dot are not rule files.
 */
import fs from 'node:fs';
import {dirname} from 'node:path';

import {encodePath} from '../../domain/text.js';
import {entries, errorCode} from '../../linux/files.js';
import {isProcess} from '../../linux/proc.js';
import {syncPath} from '../../linux/replace-file.js';

const WHOLE = '.saved';
const NEW = /^\.new-(\d+)$/;

/** A file's name, and what it holds. */
export type FileTexts = ReadonlyMap<string, string>;

const wholeFolder = (directory: string): string => `${directory}/${WHOLE}`;

/* Never follows a link, and never writes into an existing file. */
function writeSynced(path: string, text: string): void {
  fs.writeFileSync(encodePath(path), text, {flag: 'wx', mode: 0o644, flush: true});
}

/* Removes what was left by runs that were killed before the rename. */
function dropLeftovers(directory: string): void {
  for (const {name} of entries(directory)) {
    const pid = NEW.exec(name)?.[1];
    if (pid !== undefined && !isProcess(pid))
      fs.rmSync(encodePath(`${directory}/${name}`), {recursive: true, force: true});
  }
}

/* Another process may do the same at the same time. */
function unlessGone(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(errorCode(error))) throw error;
  }
}

/** The names of files that are saved but not yet moved to their places. */
export const unplacedFiles = (directory: string): string[] =>
  entries(wholeFolder(directory)).map(({name}) => name);

/** The current place of a saved file. */
export const unplacedPath = (directory: string, name: string): string =>
  `${wholeFolder(directory)}/${name}`;

/** Moves files that an earlier run saved to their places. */
export function placeFiles(directory: string): void {
  const folder = wholeFolder(directory);
  if (!fs.existsSync(encodePath(folder))) return;
  for (const name of unplacedFiles(directory))
    unlessGone(() => {
      fs.renameSync(encodePath(`${folder}/${name}`), encodePath(`${directory}/${name}`));
    });
  syncPath(directory);
  unlessGone(() => {
    fs.rmdirSync(encodePath(folder));
  });
}

function write(folder: string, files: FileTexts): void {
  fs.mkdirSync(encodePath(folder), {mode: 0o755});
  for (const [name, text] of files) writeSynced(`${folder}/${name}`, text);
  syncPath(folder);
}

/* The single step that makes all of them valid. */
function commit(folder: string, directory: string): void {
  for (;;) {
    try {
      fs.renameSync(encodePath(folder), encodePath(wholeFolder(directory)));
      return;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
      placeFiles(directory);
    }
  }
}

/** Writes files into a directory, creating it if needed and replacing files of the same names. */
export function writeFiles(directory: string, files: FileTexts): void {
  const folder = `${directory}/.new-${process.pid}`;
  fs.mkdirSync(encodePath(directory), {recursive: true, mode: 0o755});
  dropLeftovers(directory);
  placeFiles(directory);
  try {
    fs.rmSync(encodePath(folder), {recursive: true, force: true});
    write(folder, files);
    commit(folder, directory);
  } catch (error) {
    fs.rmSync(encodePath(folder), {recursive: true, force: true});
    throw error;
  }
  syncPath(directory);
  placeFiles(directory);
  syncPath(dirname(directory));
}
