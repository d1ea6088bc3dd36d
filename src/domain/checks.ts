// SPDX-License-Identifier: MIT

/** failed: fguard cannot work; warning: it works, but not as it should; unknown: it could not be determined. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'unknown';

/** A prerequisite, its state, and the command that fixes it. */
export interface CheckResult {
  title: string;
  state: CheckState;
  detail: string;
  fix: string | null;
}
