// SPDX-License-Identifier: MIT
/*
 * The environment of helper programs. Variables control what make, compilers, loaders and
 * shells execute, and those of a user who became root must not control what root executes.
 */
import {delimiter} from 'node:path';

import {runsAsRoot} from './privilege.js';
import {homeFolder, temporaryFolder, whyForeign} from './own-folder.js';

/* A plain `su` leaves the system programs out of the PATH. */
const SYSTEM = ['/usr/sbin', '/sbin'];
const USUAL = ['/usr/bin', '/bin'];

const KEPT =
  /^(?:TERM|COLUMNS|LINES|NO_COLOR|(?:no|all|ftp|https?)_proxy|(?:NO|ALL|FTP|HTTPS?)_PROXY)$/;

const known = new Map<string, string>();

function safeFolders(path: string): string {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const mine = folders.filter((folder) => whyForeign(folder) === undefined);
  const usual = mine.length < folders.length ? USUAL : [];
  return [...new Set([...mine, ...SYSTEM, ...usual])].join(delimiter);
}

/** The PATH for programs: as root, only directories that nobody else can change. */
export function searchPath(path = process.env.PATH ?? ''): string {
  if (!runsAsRoot()) return [path, ...SYSTEM].join(delimiter);
  const found = known.get(path) ?? safeFolders(path);
  known.set(path, found);
  return found;
}

/** The environment of a program; its output is parsed, so it must not be translated. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: searchPath(),
    HOME: homeFolder(),
    TMPDIR: temporaryFolder(),
    LC_ALL: 'C',
    ...more,
  };
}
