// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {UserError} from '../domain/errors.js';
import {requireOwn, whyForeign} from '../linux/own-folder.js';
import {wholePath} from '../linux/whole-path.js';
import {buildLibrary} from './build-library.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SYSTEM = [
  '/usr/local/lib',
  '/usr/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
];

const missing = (path: string, next: string[]): UserError =>
  new UserError('ENOLIBRARY', `the library ${path} does not exist`, {next});

/* A user who can change the program gains nothing by changing the library. */
function besideProgram(root: string): string | undefined {
  const built = `${root}libnetlink/libfguard.so`;
  if (!existsSync(built)) return undefined;
  return whyForeign(`${root}bin/run.js`) === undefined ? requireOwn(built) : built;
}

/* Prefers a library that others cannot change. */
function ofSystem(folders: readonly string[]): string | undefined {
  const found = folders.map((folder) => `${folder}/libfguard.so.0`).filter((p) => existsSync(p));
  return found.find((path) => whyForeign(path) === undefined) ?? found.map((p) => requireOwn(p))[0];
}

/** The path of libfguard.so: FGUARD_LIBRARY, the one beside this program, or the system's; else builds it. */
export function findLibrary(root = ROOT, system: readonly string[] = SYSTEM): string {
  const chosen = process.env.FGUARD_LIBRARY;
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return requireOwn(wholePath(chosen), ['unset FGUARD_LIBRARY']);
    throw missing(chosen, ['unset FGUARD_LIBRARY']);
  }
  const found = besideProgram(root) ?? ofSystem(system);
  const library = found ?? (existsSync(`${root}libnetlink`) ? buildLibrary(root) : undefined);
  if (library !== undefined) return library;
  throw missing('libfguard.so', [`sudo make -C ${root}libnetlink`]);
}
