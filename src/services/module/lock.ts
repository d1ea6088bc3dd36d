// SPDX-License-Identifier: MIT
import type {KernelStatus} from '../../domain/status.js';
import {withGuard} from '../guard.js';

export interface LockResult {
  status: KernelStatus;
  /** False: it was locked before. */
  changed: boolean;
}

/** Locks rules and module until reboot. */
export const lockModule = (): Promise<LockResult> =>
  withGuard((guard) => {
    const before = guard.status();
    guard.lock();
    return {status: guard.status(), changed: !before.locked};
  });
