// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {UserError} from '../domain/errors.js';
import {requireOwn, wholePath} from '../linux/own-folder.js';
import {buildLibrary} from './build-library.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = `${ROOT}libnetlink/libfguard.so`;
const SYSTEM = [
  '/usr/local/lib',
  '/usr/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
];

const missing = (path: string, next: string[]): UserError =>
  new UserError('ENOLIBRARY', `the library ${path} does not exist`, {next});

/** Where libfguard.so is: FGUARD_LIBRARY, the one built beside this program, the system's; else it is built. */
export function findLibrary(): string {
  const chosen = process.env.FGUARD_LIBRARY;
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return requireOwn(wholePath(chosen), ['unset FGUARD_LIBRARY']);
    throw missing(chosen, ['unset FGUARD_LIBRARY']);
  }
  const found = [BUILT, ...SYSTEM.map((dir) => `${dir}/libfguard.so.0`)].find((p) => existsSync(p));
  const library = found ?? (existsSync(`${ROOT}libnetlink`) ? buildLibrary(ROOT) : undefined);
  if (library !== undefined) return library;
  throw missing('libfguard.so', [`sudo make -C ${ROOT}libnetlink`]);
}
