// SPDX-License-Identifier: MIT
import type {ProcessIdentity} from '../domain/identity.js';
import {ModuleError, UserError} from '../domain/errors.js';
import {type Login, processLogin} from '../native/index.js';
import {firstNumber, processCgroup, processExe, processFields, processName} from '../linux/proc.js';
import {withNames} from '../linux/passwd.js';

const noProcess = (pid: number): UserError => new UserError('ESRCH', `no process ${pid}`);

async function login(pid: number): Promise<Login | null> {
  try {
    return await processLogin(pid);
  } catch (error) {
    if (error instanceof ModuleError && error.code === 'ESRCH') throw noProcess(pid);
    throw error;
  }
}

/** The identity of a process; works without the module, and without root as far as /proc allows. */
export async function whois(pid: number): Promise<ProcessIdentity> {
  const fields = processFields(pid);
  if (fields === undefined) throw noProcess(pid);
  const uid = firstNumber(fields, 'Uid');
  const user = await login(pid);
  return {
    pid,
    ppid: firstNumber(fields, 'PPid'),
    comm: processName(pid),
    exe: processExe(pid),
    uid,
    uidName: await withNames(({user: name}) => name(uid)),
    loginuid: user?.uid ?? null,
    user: user?.name ?? null,
    cgroup: processCgroup(pid),
  };
}
