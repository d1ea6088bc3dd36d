// SPDX-License-Identifier: MIT
import type {Mistake} from '../../domain/mistake.js';
import type {KernelRule, RuleRequest} from '../../domain/rule.js';
import {
  type RuleDifference,
  compareRules,
  isSame,
  objectKey,
} from '../../domain/rule-difference.js';
import {UserError} from '../../domain/errors.js';
import {executableWarnings} from '../executables.js';
import {withGuard} from '../guard.js';
import {listRules} from '../rules.js';
import {applyUntilConfirmed} from './confirm.js';
import {RULES_DIRECTORY, ignoredRuleFiles, ownRuleFiles, ownRuleFilesAlone} from './find.js';
import {loadReadableRuleFiles, loadRuleFiles} from './load.js';
import {lockOuts} from './lock-outs.js';
import {opens} from './strictness.js';
import {type Decision, decidePending, requireNonePending} from './pending.js';

/** The rules to activate, and what that changes. */
export interface ApplyPlan {
  files: readonly string[];
  requests: readonly RuleRequest[];
  active: readonly KernelRule[];
  difference: RuleDifference;
  /** Why rules may allow more, or fewer, than intended. */
  warnings: readonly string[];
  /** Errors, and files that others can change, which are left out. */
  leftOut: readonly Mistake[];
}

/** The rules are wrong; nothing was changed. */
class WrongFiles extends UserError {
  constructor(
    readonly mistakes: readonly Mistake[],
    output: string,
  ) {
    super('EMISTAKES', 'the rule files have errors; nothing was changed', {output});
  }
}

/* An empty directory is more likely an accident than a wish to guard nothing. */
function requireFiles(files: readonly string[], active: readonly KernelRule[]): void {
  if (files.length > 0 || active.length === 0) return;
  const count = active.length === 1 ? 'the active rule' : `the ${active.length} active rules`;
  throw new UserError(
    'ENOENT',
    `no rule files, such as ${RULES_DIRECTORY}/name.yaml, to replace ${count}; to remove all rules, use \`fguard clear\``,
    {next: ['sudo fguard clear']},
  );
}

/*
 * In an incomplete set, it is not known whether a rule is missing on purpose, or
 * whether another one about the same object should precede the one that is left.
 */
function requireNoneLost(
  {removed, changed}: RuleDifference,
  openers: readonly RuleRequest[],
  output: string,
): void {
  if (openers.length > 0) {
    const message =
      'leaving out what has errors would allow what active rules deny; nothing was changed';
    throw new UserError('EMISTAKES', message, {output});
  }

  const lost = removed.length + changed.length;
  if (lost === 0) return;
  const count = lost === 1 ? 'an active rule' : `${lost} active rules`;
  const message = `leaving out what has errors would remove or change ${count}; nothing was changed`;
  throw new UserError('EMISTAKES', message, {output});
}

/* New rules that are exceptions from active ones: a rule left out might have denied the same. */
function newOpeners(
  requests: readonly RuleRequest[],
  active: readonly KernelRule[],
): RuleRequest[] {
  const known = new Set(active.map(objectKey));
  const wide = active.filter(({tree, suffix}) => tree || suffix !== null);
  const added = requests.filter((request) => !known.has(objectKey(request)));
  return added.filter((request) => wide.some((rule) => opens(request, rule)));
}

/** Which rules to apply. */
export interface ApplyWish {
  /** Files and directories; if empty, the saved rules. */
  named: readonly string[];
  /** Whether to leave out errors, and files that others can change. */
  keepsGoing: boolean;
}

/**
 * Reads rule files and compares them with the active rules.
 * @param describe makes lines of mistakes for an error
 */
export async function planRules(
  {named, keepsGoing}: ApplyWish,
  describe: (mistakes: readonly Mistake[]) => string,
): Promise<ApplyPlan> {
  const own = keepsGoing ? ownRuleFilesAlone(named) : {files: ownRuleFiles(named), leftOut: []};
  const load = keepsGoing ? loadReadableRuleFiles : loadRuleFiles;
  const {files, rules, mistakes, warnings: absent} = load(own.files);
  if (mistakes.length > 0 && !keepsGoing) throw new WrongFiles(mistakes, describe(mistakes));
  const leftOut = [...own.leftOut, ...mistakes];
  const requests = rules.map(({request}) => request);
  const exes = new Set(requests.flatMap((request) => request.exes));
  const doubts = [...exes].flatMap(executableWarnings);
  const ignored = ignoredRuleFiles(named);
  const warnings = [
    ...[...ignored, ...absent, ...lockOuts(rules)].map((one) => describe([one])),
    ...doubts,
  ];
  const active = await listRules();
  const difference = compareRules(active, requests);
  if (leftOut.length > 0)
    requireNoneLost(difference, newOpeners(requests, active), describe(leftOut));
  requireFiles(files, active);
  return {files, requests, active, difference, warnings, leftOut};
}

/** How rules are confirmed: within a time, or not at all if that is 0. */
export interface ApplyConfirmation {
  milliseconds: number;
  /** Asks whether to keep them; may never resolve. */
  ask: (closed: AbortSignal) => Promise<boolean>;
  /** Aborted to stop waiting. */
  signal: AbortSignal;
}

/**
 * Activates the rules of a plan, unless they are active already: that would only
 * lose ids and hit counts. Returns the active rules.
 */
export async function applyRules(
  {requests, difference, active}: ApplyPlan,
  {milliseconds, ask, signal}: ApplyConfirmation,
): Promise<readonly KernelRule[]> {
  if (isSame(difference)) return active;
  if (milliseconds > 0) {
    const decide = async (closed: AbortSignal): Promise<Decision> =>
      (await ask(closed)) ? 'keep' : 'back';
    await applyUntilConfirmed({requests, milliseconds}, {ask: decide, signal});
    return listRules();
  }
  await requireNonePending();
  return withGuard((guard) => {
    guard.setRules(requests);
    return guard.listRules();
  });
}

/** Decides about rules that another invocation applied; returns the active ones. */
export async function decideRules(decision: Decision): Promise<KernelRule[]> {
  const ending = await decidePending(decision);
  if (decision === 'keep' && ending !== 'confirmed')
    throw new UserError('ENOTCONFIRMED', 'too late: the old rules are active again');
  if (decision === 'back' && ending === 'confirmed')
    throw new UserError('EALREADY', 'too late: the new rules were already confirmed');
  return listRules();
}
