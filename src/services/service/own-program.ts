// SPDX-License-Identifier: MIT
import {dirname, join} from 'node:path';

import {UserError} from '../../domain/errors.js';
import {shellWord} from '../../domain/shell-word.js';
import {lstatIfPossible, readEntries} from '../../linux/files.js';
import {type Foreign, findForeign} from '../../linux/own-folder.js';
import {packageFile} from '../../linux/package-root.js';

const OTHERS_MAY_WRITE = 0o022n;

/* Read only by git. */
const UNUSED = '.git';

/* The path of the directory has been checked already, so each file needs only one check. */
function foreignBelow(folder: string): Foreign | undefined {
  for (const {name, isDirectory} of readEntries(folder)) {
    if (name === UNUSED) continue;
    const path = join(folder, name);
    const found = foreignFile(path) ?? (isDirectory ? foreignBelow(path) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function foreignFile(path: string): Foreign | undefined {
  const stat = lstatIfPossible(path);
  const isPlain = stat?.uid === 0n && (stat.isSymbolicLink() || !(stat.mode & OTHERS_MAY_WRITE));
  return isPlain && !stat.isSymbolicLink() ? undefined : findForeign(path);
}

/** A part of this program, or of Node, that others can change. */
function foreignProgram(program: string, folder: string): Foreign | undefined {
  return findForeign(program) ?? findForeign(folder) ?? foreignBelow(folder);
}

/**
 * Checks that only root can change this program, which root would run at every boot.
 * @throws UserError if others can change it
 */
export function requireOwnProgram(
  program = process.execPath,
  folder = dirname(packageFile('package.json')),
): void {
  const found = foreignProgram(program, folder);
  if (found === undefined) return;
  const message = `the service would run, as root, a program that others can change: ${found.reason}`;
  throw new UserError('EUNSAFE', message, {
    next: [`ls -ld ${shellWord(found.path)}`, 'install the package, or a copy that root owns'],
  });
}
