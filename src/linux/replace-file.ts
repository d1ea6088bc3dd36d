// SPDX-License-Identifier: MIT
/* Replaces files atomically: readers see the old or the new content, even after a power failure. */
import fs from 'node:fs';
import {basename, dirname} from 'node:path';

import {encodePath} from '../domain/text.js';
import {entries} from './files.js';
import {isProcess} from './proc.js';

/** Makes sure that a file or directory is on the disk. */
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
 * Removes temporary files that killed runs left beside a file; false if there were none.
 * @param isOver whether the process that created one has ended
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

/** Replaces a file by a copy of another. */
export function replaceFile(source: string, target: string, mode = 0o644): void {
  replace(target, mode, (beside) => {
    fs.copyFileSync(encodePath(source), beside);
  });
}

/** Replaces the content of a file. */
export function replaceText(target: string, text: string, mode = 0o644): void {
  replace(target, mode, (beside) => {
    fs.writeFileSync(beside, text, {mode});
  });
}
