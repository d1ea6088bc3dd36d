// SPDX-License-Identifier: MIT
import {dirname} from 'node:path';

import {readLink} from '../linux/files.js';
import {REPOSITORY} from './prepare.js';

/* In the guest these are its own, whatever lies there here. */
const OWN = /^\/(proc|sys|dev(?!\/shm(\/|$)))(\/|$)/;

/** The folder that a command in the guest starts in: this one, if the guest can have it. */
export function startFolder(cwd = readLink('/proc/self/cwd')): string {
  return OWN.test(cwd) ? '/' : cwd;
}

/* A package's dependencies may lie beside it. */
const withDependencies = (folder: string): string =>
  /^.*?\/node_modules(?=\/)/.exec(folder)?.[0] ?? folder;

/** What the guest must see, even below /tmp: where one is, this program, and what runs it. */
export const neededFolders = (
  cwd = startFolder(),
  program = REPOSITORY,
  node = process.execPath,
): string[] => [...new Set([cwd, withDependencies(program), dirname(dirname(node))])].sort();
