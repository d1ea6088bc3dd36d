// SPDX-License-Identifier: MIT
import type {CheckResult, CheckState} from '../../domain/checks.js';
import type {UserError} from '../../domain/errors.js';
import type {Host} from './host.js';

/** The result of a check. */
export interface Finding {
  state: CheckState;
  detail: string;
  /** A better fix than the check's own; null: there is none. */
  fix?: string | null;
}

/** A prerequisite: its title, how to check it, and the command that fixes it. */
export interface Check {
  title: string;
  check: (host: Host) => Finding | Promise<Finding>;
  fix: string | null;
}

export const ok = (detail: string): Finding => ({state: 'ok', detail});

export const warning = (detail: string, fix?: string | null): Finding => ({
  state: 'warning',
  detail,
  ...(fix === undefined ? {} : {fix}),
});

/** A result that keeps fguard from working. */
export const failed = (detail: string, fix?: string | null): Finding => ({
  ...warning(detail, fix),
  state: 'failed',
});

export const unknown = (detail: string, fix: string | null = null): Finding => ({
  state: 'unknown',
  detail,
  fix,
});

/** A result that only root can determine. */
export const needsRoot = (what: string): Finding =>
  unknown(`${what} needs root`, 'sudo fguard doctor');

/** A result that only a loaded module can give. */
export const unanswered = ({code}: UserError): Finding =>
  code === 'EPERM'
    ? needsRoot('reading the status of the module')
    : unknown('the module is not loaded');

/** Runs one check. */
export async function runCheck({title, check, fix}: Check, host: Host): Promise<CheckResult> {
  const found = await check(host);
  const remedy = found.fix === undefined ? fix : found.fix;
  return {
    title,
    state: found.state,
    detail: found.detail,
    fix: found.state === 'ok' ? null : remedy,
  };
}
