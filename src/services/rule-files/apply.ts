// SPDX-License-Identifier: MIT
import type {Mistake} from '../../domain/mistake.js';
import type {KernelRule, RuleRequest} from '../../domain/rule.js';
import {type RuleDifference, compareRules, isSame} from '../../domain/rule-difference.js';
import {UserError} from '../../domain/errors.js';
import {executableWarnings} from '../executables.js';
import {withGuard} from '../guard.js';
import {listRules} from '../rules.js';
import {applyUntilConfirmed} from './confirm.js';
import {RULES_DIRECTORY, ownRuleFiles, ownRuleFilesAlone} from './find.js';
import {loadReadableRuleFiles, loadRuleFiles} from './load.js';
import {type Decision, decidePending, requireNonePending} from './pending.js';

/** What is to be in force, and what that changes. */
export interface ApplyPlan {
  files: readonly string[];
  requests: readonly RuleRequest[];
  inForce: readonly KernelRule[];
  difference: RuleDifference;
  /** Why rules may let in more, or fewer, than meant. */
  warnings: readonly string[];
  /** What is wrong, or may be changed by others, and is not among the rules. */
  leftOut: readonly Mistake[];
}

/** The rules are wrong; nothing was changed. */
export class WrongFiles extends UserError {
  constructor(
    readonly mistakes: readonly Mistake[],
    output: string,
  ) {
    super('EMISTAKES', 'the rule files have errors; nothing was changed', {output});
  }
}

/* An empty directory is more likely an accident than the wish to guard nothing. */
function requireFiles(files: readonly string[], inForce: readonly KernelRule[]): void {
  if (files.length > 0 || inForce.length === 0) return;
  const count = inForce.length === 1 ? 'the active rule' : `the ${inForce.length} active rules`;
  throw new UserError(
    'ENOENT',
    `no rule files, such as ${RULES_DIRECTORY}/name.yaml, to replace ${count}; to remove all rules, use \`fguard clear\``,
    {next: ['sudo fguard clear']},
  );
}

/*
 * Of a set that is not whole, nobody knows whether a rule is missing on purpose, nor
 * whether another one about the same was to come before the one that is left.
 */
function requireNoneLost({removed, changed}: RuleDifference, output: string): void {
  const lost = removed.length + changed.length;
  if (lost === 0) return;
  const count = lost === 1 ? 'an active rule' : `${lost} active rules`;
  const message = `leaving out what is wrong would remove or change ${count}; nothing was changed`;
  throw new UserError('EMISTAKES', message, {output});
}

/** Which rules are meant. */
export interface ApplyWish {
  /** Files and directories; without any the saved rules are meant. */
  named: readonly string[];
  /** Whether to do without what is wrong, or may be changed by others. */
  keepsGoing: boolean;
}

/**
 * Reads rule files and compares them with what is in force.
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
  const warnings = [...absent.map((one) => describe([one])), ...doubts];
  const inForce = await listRules();
  const difference = compareRules(inForce, requests);
  if (leftOut.length > 0) requireNoneLost(difference, describe(leftOut));
  requireFiles(files, inForce);
  return {files, requests, inForce, difference, warnings, leftOut};
}

/** How rules are to be confirmed: within a time, or not at all if that is 0. */
export interface ApplyConfirmation {
  milliseconds: number;
  /** Asks whether to keep them; may never resolve. */
  ask: (closed: AbortSignal) => Promise<boolean>;
  /** Aborted if it is not to be waited for. */
  signal: AbortSignal;
}

/**
 * Puts the rules of a plan in force, unless they are: that would only take
 * away ids and hits. Returns what is in force then.
 */
export async function applyRules(
  {requests, difference, inForce}: ApplyPlan,
  {milliseconds, ask, signal}: ApplyConfirmation,
): Promise<readonly KernelRule[]> {
  if (isSame(difference)) return inForce;
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

/** Decides about rules that another invocation has applied; returns those in force then. */
export async function decideRules(decision: Decision): Promise<KernelRule[]> {
  const ending = await decidePending(decision);
  if (decision === 'keep' && ending !== 'confirmed')
    throw new UserError('ENOTCONFIRMED', 'too late: the old rules are active again');
  if (decision === 'back' && ending === 'confirmed')
    throw new UserError('EALREADY', 'too late: the new rules were already confirmed');
  return listRules();
}
