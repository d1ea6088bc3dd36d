// SPDX-License-Identifier: MIT
import type {Remembered} from '../domain/remembered.js';
import type {KernelRule} from '../domain/rule.js';
import {UserError} from '../domain/errors.js';
import {lstatIfPossible} from '../linux/files.js';
import {withGuard} from './guard.js';
import {resolvePath} from '../linux/resolve-path.js';

export const listRules = (): Promise<KernelRule[]> => withGuard((guard) => guard.listRules());

/** All rules, with their remembered answers. */
export const listRulesAndAnswers = (): Promise<{rules: KernelRule[]; answers: Remembered[]}> =>
  withGuard((guard) => ({rules: guard.listRules(), answers: guard.remembered()}));

export const countRules = (): Promise<number> => withGuard((guard) => guard.status().rules);

/* The rule may outlive its directory. */
function resolvedOrNull(target: string): string | null {
  try {
    return resolvePath(target).path;
  } catch {
    return null;
  }
}

/* A rule about the path itself is preferred to one about a suffix below it. */
function byPath(rules: readonly KernelRule[], path: string | null): KernelRule | undefined {
  if (path === null) return undefined;
  const own = rules.filter((rule) => rule.path === path);
  return own.find(({suffix}) => suffix === null) ?? onlyOne(own, path);
}

function onlyOne(found: readonly KernelRule[], target: string): KernelRule | undefined {
  if (found.length < 2) return found[0];
  const ids = found.map(({id}) => id).join(', ');
  throw new UserError('EAMBIGUOUS', `${target} matches rules ${ids}; give the id of one`, {
    next: ['sudo fguard rules'],
  });
}

/* A file of that name is preferred to all file names with that ending. */
function bySuffix(rules: readonly KernelRule[], target: string): KernelRule | undefined {
  if (!target.startsWith('.') || lstatIfPossible(target) !== undefined) return undefined;
  const own = rules.filter(({suffix}) => suffix === target);
  return own.find(({path}) => path === null) ?? onlyOne(own, target);
}

/** The rule that a PATH, ID, NAME or suffix means; a name has no slash and is not a number. */
function findRule(rules: readonly KernelRule[], target: string): KernelRule {
  const found = /^\d+$/.test(target)
    ? rules.find(({id}) => id === Number(target))
    : (rules.find(({name}) => name === target) ?? byPath(rules, target));
  const rule = found ?? bySuffix(rules, target) ?? byPath(rules, resolvedOrNull(target));
  if (rule !== undefined) return rule;
  throw new UserError('ENOENT', `no rule has the path, id, name or suffix ${target}`, {
    next: ['sudo fguard rules'],
  });
}

/** Removes rules, all or none. */
export function removeRules(targets: readonly string[]): Promise<KernelRule[]> {
  return withGuard((guard) => {
    const rules = guard.listRules();
    const doomed = [...new Set(targets.map((target) => findRule(rules, target)))];
    guard.deleteRules(doomed.map(({id}) => id));
    return doomed;
  });
}

/** Removes all rules in one step. */
export function clearRules(): Promise<KernelRule[]> {
  return withGuard((guard) => {
    const rules = guard.listRules();
    guard.clearRules();
    return rules;
  });
}
