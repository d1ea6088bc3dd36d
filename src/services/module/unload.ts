// SPDX-License-Identifier: MIT
import {readdirSync} from 'node:fs';

import {UserError} from '../../errors.js';
import {runCommand} from '../command.js';
import {readIfPossible} from '../files.js';
import {processIds, processName} from '../proc.js';
import {requireRoot} from '../guard.js';
import {isLoaded} from './module-info.js';

function dependentModules(): string[] {
  try {
    return readdirSync('/sys/module/fguard/holders');
  } catch {
    return [];
  }
}

/* Connections cannot be told from other netlink sockets; whoever has the library may have one. */
const usesLibrary = (pid: number): boolean =>
  readIfPossible(`/proc/${pid}/maps`)?.includes('/libfguard.so') === true;

/** Who may hold the module: other modules, and processes with the library. */
function holders(): string[] {
  const processes = processIds()
    .filter((pid) => pid !== process.pid && usesLibrary(pid))
    .map((pid) => `process ${pid} (${processName(pid)})`);
  return [...dependentModules().map((name) => `module ${name}`), ...processes];
}

function refusal(stderr: string): UserError {
  const reason = stderr.trim().replace(/^rmmod: ERROR: /, '');
  const who = holders();
  const held = who.length === 0 ? '' : `; it may be held by ${who.join(', ')}`;
  return new UserError('EBUSY', `the module was not removed: ${reason}${held}`);
}

/** Removes the module, and every rule with it; false if it was not there. */
export async function unloadModule(): Promise<boolean> {
  requireRoot('removing a module');
  if (!isLoaded()) return false;
  const {code, stderr} = await runCommand('rmmod', ['fguard']);
  if (code !== 0) throw refusal(stderr);
  return true;
}
