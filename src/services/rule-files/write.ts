// SPDX-License-Identifier: MIT
import fs from 'node:fs';
import {dirname} from 'node:path';

function syncDirectory(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function writeSynced(path: string, text: string): void {
  const fd = fs.openSync(path, 'w', 0o644);
  try {
    fs.writeFileSync(fd, text);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Writes a file, in a directory that is made if need be: whoever looks, also
 * after a loss of power, sees the old one or the whole new one.
 */
export function writeFileWhole(path: string, text: string): void {
  const directory = dirname(path);
  /* One that begins with a dot is no rule file. */
  const beside = `${directory}/.new-${process.pid}`;
  fs.mkdirSync(directory, {recursive: true, mode: 0o755});
  try {
    writeSynced(beside, text);
    fs.renameSync(beside, path);
  } catch (error) {
    fs.rmSync(beside, {force: true});
    throw error;
  }
  syncDirectory(directory);
}
