// SPDX-License-Identifier: MIT
import type {CheckResult} from '../../domain/checks.js';
import {BUILD_CHECKS} from './build-checks.js';
import {type Check, runCheck} from './check.js';
import {DEVICE_CHECKS} from './device-checks.js';
import {Host} from './host.js';
import {KERNEL_CHECKS} from './kernel-checks.js';
import {MODULE_CHECKS} from './module-checks.js';
import {SERVICE_CHECKS} from './service-checks.js';
import {SIGNING_CHECKS} from './signing-checks.js';
import {TRACE_CHECKS} from './trace-checks.js';

/** Every prerequisite, in the order in which a user needs them. */
export const CHECKS: readonly Check[] = [
  ...KERNEL_CHECKS,
  ...BUILD_CHECKS,
  ...SIGNING_CHECKS,
  ...TRACE_CHECKS,
  ...MODULE_CHECKS,
  ...DEVICE_CHECKS,
  ...SERVICE_CHECKS,
];

/** Runs all checks. */
export async function examine(host = new Host(), checks = CHECKS): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) results.push(await runCheck(check, host));
  return results;
}
