// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import type {Question} from '../domain/question.js';
import type {KernelStatus} from '../domain/status.js';
import {withGuard} from './guard.js';

export type Status = KernelStatus & {kernel: string; questions: Question[]};

export async function getStatus(): Promise<Status> {
  const status = await withGuard((guard) => ({
    ...guard.status(),
    questions: guard.questions(),
  }));
  return {...status, kernel: release()};
}
