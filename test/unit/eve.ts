// SPDX-License-Identifier: MIT
/* Another user than root, with folders of her own. */
import {chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterAll} from 'vitest';

export const EVE = 54_321;

/** Whether the tests may give things away to her. */
export const isRoot = process.getuid?.() === 0;

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, {recursive: true, force: true});
});

/** A folder of hers in a place where all may make files. */
export function evesFolder(): string {
  const folder = mkdtempSync('/tmp/fguard-eve-');
  made.push(folder);
  chownSync(folder, EVE, EVE);
  return folder;
}

/** Makes a file of hers, and the folders on the way to it. */
export function evesFile(file: string, text: string, mode = 0o755): string {
  const top = mkdirSync(dirname(file), {recursive: true});
  for (let folder = dirname(file); top !== undefined; folder = dirname(folder)) {
    chownSync(folder, EVE, EVE);
    if (folder === top) break;
  }
  writeFileSync(file, text, {mode});
  chownSync(file, EVE, EVE);
  return file;
}

/** A shell script of hers that leaves a mark when anybody executes it, and the mark's name. */
export function evesProgram(file: string): string {
  const mark = join('/tmp', `fguard-eve-mark-${process.pid}-${made.length}`);
  made.push(mark);
  evesFile(file, `#!/bin/sh\necho executed >'${mark}'\n`);
  return mark;
}
