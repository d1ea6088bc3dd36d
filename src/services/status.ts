// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import type {Question} from '../domain/question.js';
import type {KernelStatus} from '../domain/status.js';
import type {Foreign} from '../linux/own-folder.js';
import {withGuard} from './guard.js';

export type Status = KernelStatus & {
  kernel: string;
  questions: Question[];
  /** Saved rules that users other than root can change, which are not applied. */
  unsafe: readonly Foreign[];
};

/** @param unsafe see Status */
export async function getStatus(unsafe: readonly Foreign[]): Promise<Status> {
  const status = await withGuard((guard) => ({
    ...guard.status(),
    questions: guard.questions(),
  }));
  return {...status, kernel: release(), unsafe};
}
