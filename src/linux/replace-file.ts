// SPDX-License-Identifier: MIT
/* Files that appear whole: whoever looks sees the old one or the new one, after a loss of power too. */
import fs from 'node:fs';
import {basename, dirname} from 'node:path';

import {encodePath} from '../domain/text.js';
import {entries} from './files.js';
import {isProcess} from './proc.js';

/** Makes sure that a file or folder is on the disk. */
export function syncPath(path: string): void {
  const fd = fs.openSync(encodePath(path), 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

const LEFTOVER = /^\.(?:new|old)-(\d+)$/;

/**
 * Removes what killed runs have left beside a file; false if there was nothing.
 * @param isOver whether the run of a process is over
 */
export function dropLeftovers(
  target: string,
  isOver = (pid: string): boolean => !isProcess(pid),
): boolean {
  const [folder, own] = [dirname(target), basename(target)];
  let found = false;
  for (const {name, isDirectory} of entries(folder)) {
    const pid = name.startsWith(own) ? LEFTOVER.exec(name.slice(own.length))?.[1] : undefined;
    if (pid === undefined || isDirectory || !isOver(pid)) continue;
    fs.rmSync(encodePath(`${folder}/${name}`), {force: true});
    found = true;
  }
  return found;
}

function replace(target: string, mode: number, write: (beside: Buffer) => void): void {
  const path = `${target}.new-${process.pid}`;
  const beside = encodePath(path);
  dropLeftovers(target);
  try {
    write(beside);
    fs.chmodSync(beside, mode);
    syncPath(path);
    fs.renameSync(beside, encodePath(target));
  } catch (error) {
    fs.rmSync(beside, {force: true});
    throw error;
  }
  syncPath(dirname(target));
}

/** Puts a copy of a file in the place of another. */
export function replaceFile(source: string, target: string, mode = 0o644): void {
  replace(target, mode, (beside) => {
    fs.copyFileSync(encodePath(source), beside);
  });
}

/** Puts a text in the place of a file. */
export function replaceText(target: string, text: string, mode = 0o644): void {
  replace(target, mode, (beside) => {
    fs.writeFileSync(beside, text, {mode});
  });
}
