// SPDX-License-Identifier: MIT

/** failed: it stops fguard; warning: it works, but not as it should; unknown: it cannot be told. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'unknown';

/** A precondition, how it is, and the command that mends it. */
export interface CheckResult {
  title: string;
  state: CheckState;
  detail: string;
  fix: string | null;
}
