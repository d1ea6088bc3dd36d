// SPDX-License-Identifier: MIT
/*
 * Files appear in a directory all or none, also after a kill or a loss of power. They are
 * written into a folder beside the others, whose new name, by one step, says that it is
 * whole; then each goes to its place. Until all have, whoever looks counts those in the
 * folder, and whoever may write finishes what was begun. Names with a dot are no rule files.
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

/* Never through a link, nor into what is there. */
function writeSynced(path: string, text: string): void {
  fs.writeFileSync(encodePath(path), text, {flag: 'wx', mode: 0o644, flush: true});
}

/* Of runs that were killed before anything counted. */
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

/** Files that are saved already, but not in their places yet: their names. */
export const unplacedFiles = (directory: string): string[] =>
  entries(wholeFolder(directory)).map(({name}) => name);

/** Where a saved file is that has such a name. */
export const unplacedPath = (directory: string, name: string): string =>
  `${wholeFolder(directory)}/${name}`;

/** Puts files in their places that an earlier run has saved. */
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

/* The one step after which all of them count. */
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

/** Writes files into a directory, which is made if need be, in the place of those with their names. */
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
