// SPDX-License-Identifier: MIT
import type {CheckResult, CheckState} from '../../domain/checks.js';
import type {UserError} from '../../domain/errors.js';
import type {Host} from './host.js';

/** What a look at the machine showed. */
export interface Finding {
  state: CheckState;
  detail: string;
  /** A better remedy than the check's own; null: there is none. */
  fix?: string | null;
}

/** A precondition: what it is, how it is looked at, the command that mends it. */
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

/** Something that stops fguard. */
export const failed = (detail: string, fix?: string | null): Finding => ({
  ...warning(detail, fix),
  state: 'failed',
});

export const unknown = (detail: string, fix: string | null = null): Finding => ({
  state: 'unknown',
  detail,
  fix,
});

/** What root could see. */
export const needsRoot = (what: string): Finding =>
  unknown(`${what} needs root`, 'sudo fguard doctor');

/** What only the module tells. */
export const unanswered = ({code}: UserError): Finding =>
  code === 'EPERM'
    ? needsRoot('reading the status of the module')
    : unknown('the module is not loaded');

/** Looks at one thing. */
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
