// SPDX-License-Identifier: MIT
/* A set of rules that may come back, with the processes it allowed. */
import {ModuleError} from '../../domain/errors.js';
import type {KernelRule, RuleRequest} from '../../domain/rule.js';
import {directoryOf} from '../../domain/path.js';
import {objectKey} from '../../domain/rule-difference.js';
import type {Guard} from '../../native/index.js';
import {FGUARD_SUBJECTS_MAX} from '../../domain/uapi.gen.js';
import {isDirectory, statIfPossible} from '../../linux/files.js';
import {firstNumber, processFields, processIds, processStart, ticksNow} from '../../linux/proc.js';

/** A process that can be recognized again. */
interface KnownProcess {
  pid: number;
  start: string;
}

export interface FormerRule {
  rule: KernelRule;
  /** The processes it allowed by number or as descendants. */
  processes: readonly KnownProcess[];
  /** Descendants started from this time on, in ticks, are allowed with them. */
  since: number;
}

const know = (pid: number): KnownProcess[] => {
  const start = processStart(pid);
  return start === undefined ? [] : [{pid, start}];
};

/* The object of the rule, whether or not it exists. */
function sample({path, suffix}: KernelRule): string {
  if (suffix === null) return path ?? '/';
  return `${path === null || path === '/' ? '' : path}/x${suffix}`;
}

/* Only the kernel knows which descendants belong: those that began after the rule. */
function allows(guard: Guard, rule: KernelRule, pid: number): boolean {
  try {
    const {matches} = guard.explain({path: sample(rule), op: firstOp(rule), pid});
    return matches.some((match) => match.rule === rule.id && match.allowed);
  } catch (error) {
    if (error instanceof ModuleError) return false;
    throw error;
  }
}

const firstOp = ({ops}: KernelRule): number => 31 - Math.clz32(ops & -ops);

function processesOf(guard: Guard, rule: KernelRule): KnownProcess[] {
  const granted = rule.grants.filter(({alive}) => alive).map(({pid}) => pid);
  if (granted.length === 0 && !rule.children) return [];
  const descendants = rule.children ? processIds().filter((pid) => allows(guard, rule, pid)) : [];
  return [...new Set([...granted, ...descendants])].flatMap(know);
}

/* Notes rules so that they can be made active again. */
function noteRules(guard: Guard, rules: readonly KernelRule[]): FormerRule[] {
  const since = ticksNow();
  return rules.map((rule) => ({rule, processes: processesOf(guard, rule), since}));
}

const isLater = (start: string | undefined, since: number): boolean => Number(start) >= since;

/* What the allowed processes have started since, recursively. */
function withDescendants(pids: readonly number[], since: number): number[] {
  const descendants = new Set(pids);
  const parents = new Map(
    processIds()
      .filter((pid) => isLater(processStart(pid), since))
      .map((pid) => [pid, firstNumber(processFields(pid) ?? new Map<string, string>(), 'PPid')]),
  );
  for (let size = 0; size < descendants.size;) {
    size = descendants.size;
    for (const [pid, parent] of parents) if (descendants.has(parent)) descendants.add(pid);
  }
  return [...descendants];
}

function livingProcesses({rule, processes, since}: FormerRule): number[] {
  const living = processes.filter(({pid, start}) => processStart(pid) === start);
  const pids = living.map(({pid}) => pid);
  const all = rule.children ? withDescendants(pids, since) : pids;
  return all.slice(0, FGUARD_SUBJECTS_MAX);
}

const NOBODY = {
  children: false,
  pids: [],
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
};

/* Missing executables and cgroups allow nobody; without them the kernel accepts the rule. */
const there = (paths: readonly string[]): string[] =>
  paths.filter((path) => statIfPossible(path) !== undefined);

const isGone = (before: readonly unknown[], now: readonly unknown[]): boolean =>
  before.length > 0 && now.length === 0;

/** The rule to activate now; undefined if it would have expired, or cannot be activated. */
function restored(former: FormerRule): RuleRequest | undefined {
  const {grants, expiresAt, ...terms} = former.rule;
  const ttl = expiresAt === null ? 0 : expiresAt - Date.now();
  const isOver = expiresAt !== null && ttl <= 0;
  const pids = livingProcesses(former);
  const [exes, cgroups] = [there(terms.exes), there(terms.cgroups)];
  const noProcess = isGone(grants, pids);
  if (isOver || (noProcess && (terms.untilExit || terms.against))) return undefined;
  const nobody = noProcess || isGone(terms.exes, exes) || isGone(terms.cgroups, cgroups);
  return {...terms, ttl, pids, exes, cgroups, ...(nobody ? NOBODY : {})};
}

/* The kernel resolves the directory of a path or suffix, and would refuse the whole set without it. */
const hasPlace = ({path, suffix}: RuleRequest): boolean =>
  path === null || isDirectory(suffix === null ? directoryOf(path) : path);

/**
 * The set that comes back: the old rules, and those that someone has added
 * since, which are theirs to remove.
 */
function restoredRules(
  former: readonly FormerRule[],
  addedSince: readonly FormerRule[],
): RuleRequest[] {
  const restore = (rules: readonly FormerRule[]): RuleRequest[] =>
    rules.flatMap((rule) => restored(rule) ?? []).filter(hasPlace);
  const later = restore(addedSince);
  const objects = new Set(later.map(objectKey));
  const names = new Set(later.map(({name}) => name));
  const earlier = restore(former)
    .filter((rule) => !objects.has(objectKey(rule)))
    .map((rule) => (names.has(rule.name) ? {...rule, name: null} : rule));
  return [...earlier, ...later];
}

/** The old rules, and the objects of the new ones. */
export interface Former {
  rules: readonly FormerRule[];
  /** Keys of objects. */
  replacedBy: readonly string[];
}

/** Records the active rules before others replace them. */
export const noteFormer = (guard: Guard, requests: readonly RuleRequest[]): Former => ({
  rules: noteRules(guard, guard.listRules()),
  replacedBy: requests.map(objectKey),
});

/** Activates the old rules again, in one step. */
export function rollBack(guard: Guard, {rules, replacedBy}: Former): void {
  const ours = new Set(replacedBy);
  const since = guard.listRules().filter((rule) => !ours.has(objectKey(rule)));
  guard.setRules(restoredRules(rules, noteRules(guard, since)));
}
