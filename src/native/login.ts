// SPDX-License-Identifier: MIT
import {errnoName} from '../domain/errno.js';
import {ModuleError} from '../domain/errors.js';
import {library} from './library.js';
import {arrayText} from './memory.js';

export interface Login {
  uid: number;
  name: string;
}

const LONGEST_NAME = 256;

/** The login user of a process; null if there is none. */
export function processLogin(pid: number): Login | null {
  const lib = library();
  const uid: [number] = [0];
  const found = lib.loginUid(pid, uid);
  if (found < 0) throw new ModuleError(errnoName(-found), '');
  if (found === 0) return null;
  const name = new Uint8Array(LONGEST_NAME);
  const named = lib.loginName(pid, name, name.length);
  if (named < 0) throw new ModuleError(errnoName(-named), '');
  return {uid: uid[0], name: arrayText(name)};
}
