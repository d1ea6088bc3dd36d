// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import type {KernelStatus} from '../domain/status.js';
import {withGuard} from './guard.js';

export type Status = KernelStatus & {kernel: string};

export async function getStatus(): Promise<Status> {
  const status = await withGuard((guard) => guard.status());
  return {...status, kernel: release()};
}
