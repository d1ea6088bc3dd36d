// SPDX-License-Identifier: MIT
/* What a monitor asks for: is everything guarded that should be, and was everything reported? */
import {dirname} from 'node:path';

import {UserError} from '../../domain/errors.js';
import type {Problems} from '../../domain/problems.js';
import {type KernelRule, ruleDocument} from '../../domain/rule.js';
import {compareRules} from '../../domain/rule-difference.js';
import {readIfPossible} from '../../linux/files.js';
import {makeOwnFolder} from '../../linux/own-folder.js';
import {replaceText} from '../../linux/replace-file.js';
import {Host} from './host.js';
import {checkHooks} from './trace-checks.js';
import {ownRuleFilesAlone} from '../rule-files/find.js';
import {loadReadableRuleFiles} from '../rule-files/load.js';

/* FGUARD_RUN is for tests. */
const LOST_FILE = `${process.env.FGUARD_RUN ?? '/run/fguard'}/lost`;

const MISSING = 'the saved rule is not active';
const CHANGED = 'the active rule differs from the saved one';

const findPending = (active: readonly KernelRule[]): Problems['rules'] =>
  active
    .map(ruleDocument)
    .flatMap(({match, pending}) => (pending === null ? [] : [{match, why: pending}]));

function checkSaved(active: readonly KernelRule[]): Pick<Problems, 'mistakes' | 'rules'> {
  const own = ownRuleFilesAlone([]);
  const {rules, mistakes} = loadReadableRuleFiles(own.files);
  const {added, changed} = compareRules(
    active,
    rules.map(({request}) => request),
  );
  return {
    mistakes: [...own.leftOut, ...mistakes],
    rules: [
      ...added.map(({match}) => ({match, why: MISSING})),
      ...changed.map(({to}) => ({match: to.match, why: CHANGED})),
    ],
  };
}

/* The module counts from zero when it is loaded, so a smaller number means that it was reloaded. */
function lostSince(lost: number, file = LOST_FILE): number {
  const before = Number(readIfPossible(file) ?? 0);
  if (lost !== before) {
    makeOwnFolder(dirname(file), ['unset FGUARD_RUN']);
    replaceText(file, `${lost}\n`);
  }
  return lost < before ? lost : lost - before;
}

function lostText(lost: number): string[] {
  const count = lostSince(lost);
  if (count === 0) return [];
  return [`${count} event${count === 1 ? ' was' : 's were'} lost since the last check`];
}

/**
 * Reasons why not everything is guarded: saved rules that are not active, hooks that
 * are not in place, events lost since the last call.
 * @throws UserError if the module does not answer
 */
export async function findProblems(host = new Host()): Promise<Problems> {
  const answer = await host.module();
  if ('refusal' in answer) throw answer.refusal;
  const hooks = await checkHooks(host);
  const others = [
    ...(hooks.state === 'failed' ? [`hooks: ${hooks.detail}`] : []),
    ...lostText(answer.status.counters.lost),
  ];
  const pending = findPending(answer.rules);
  try {
    const {mistakes, rules} = checkSaved(answer.rules);
    return {mistakes, rules: [...rules, ...pending], others};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {mistakes: [], rules: pending, others: [error.message, ...others]};
  }
}
