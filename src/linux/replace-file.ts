// SPDX-License-Identifier: MIT
import fs from 'node:fs';
import {dirname} from 'node:path';

/** Makes sure that a file or folder is on the disk. */
export function syncPath(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Puts a copy of a file in the place of another: whoever looks sees the old one or the whole new one. */
export function replaceFile(source: string, target: string): void {
  const beside = `${target}.new-${process.pid}`;
  try {
    fs.copyFileSync(source, beside);
    fs.chmodSync(beside, 0o644);
    syncPath(beside);
    fs.renameSync(beside, target);
  } catch (error) {
    fs.rmSync(beside, {force: true});
    throw error;
  }
  syncPath(dirname(target));
}
