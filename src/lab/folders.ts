// SPDX-License-Identifier: MIT
import {dirname} from 'node:path';

import {readLink} from '../linux/files.js';
import {REPOSITORY} from './prepare.js';

/* The guest has its own files there, not those of the host. */
const OWN = /^\/(proc|sys|dev(?!\/shm(\/|$)))(\/|$)/;

/** The directory that a command in the guest starts in: the current one, if the guest sees it. */
export function startFolder(cwd = readLink('/proc/self/cwd')): string {
  return OWN.test(cwd) ? '/' : cwd;
}

/* The dependencies of a package may be beside it. */
const withDependencies = (folder: string): string =>
  /^.*?\/node_modules(?=\/)/.exec(folder)?.[0] ?? folder;

/** Directories the guest must see, even below /tmp: the current one, this program, and Node. */
export const neededFolders = (
  cwd = startFolder(),
  program = REPOSITORY,
  node = process.execPath,
): string[] => [...new Set([cwd, withDependencies(program), dirname(dirname(node))])].sort();
