// SPDX-License-Identifier: MIT
import {UserError} from '../domain/errors.js';
import {firstNumber, processFields} from './proc.js';

/** Throws if the number is not that of a process, or only that of a thread. */
export function requireProcess(pid: number): void {
  const fields = processFields(pid);
  if (fields === undefined) throw new UserError('ESRCH', `no process ${pid}`);
  const leader = firstNumber(fields, 'Tgid');
  if (leader !== pid)
    throw new UserError('ESRCH', `${pid} is a thread of process ${leader}, not a process`, {
      next: [`use --pid ${leader}`],
    });
}
