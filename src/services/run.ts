// SPDX-License-Identifier: MIT
import type {Unreached} from '../domain/object.js';
import type {KernelRule, RuleRequest} from '../domain/rule.js';
import {ModuleError, UserError} from '../errors.js';
import type {Guard} from '../native/index.js';
import {fguard_else as ELSE, fguard_verdict as VERDICT} from '../uapi.gen.js';
import {explain, openGuard} from './guard.js';
import {type Ending, Launcher} from './launcher.js';
import {findUnreached} from './mounts-below.js';
import {addRules, requireName} from './protect.js';
import {type ResolvedPath, resolvePath} from './resolve-path.js';

export interface RunResult extends Ending {
  rules: KernelRule[];
}

/** What a command's rules are about: who else may not get in, and where it is asked about itself. */
export interface RunRequest {
  protect: readonly string[];
  ask: readonly string[];
  command: readonly string[];
}

/** Hears what may not be as it was meant, before the command starts if not said otherwise. */
export interface RunListener {
  /** It asks, and nobody is there to answer. */
  unanswered(): void;
  /** What is mounted below the paths, and stays open to all. */
  unreached(found: readonly Unreached[]): void;
  /** Once it has ended: a rule that could not be removed, and why. */
  notRemoved(rule: KernelRule, reason: string): void;
}

interface RunObject extends ResolvedPath {
  /** It is not the command alone that gets in, but the command alone that must ask. */
  asks: boolean;
}

/**
 * A rule about the process and its descendants; a directory counts with all that
 * is in it, and what is not there yet may become one.
 */
const request = ({path, exists, isDirectory, asks}: RunObject, pid: number): RuleRequest => ({
  path,
  suffix: null,
  name: null,
  tree: isDirectory || !exists,
  children: true,
  strict: false,
  untilExit: true,
  against: asks,
  ops: 0,
  otherwise: asks ? ELSE.FGUARD_ELSE_ASK : ELSE.FGUARD_ELSE_DENY,
  error: 0,
  defaultVerdict: VERDICT.FGUARD_VERDICT_DENY,
  deadline: 0,
  ttl: 0,
  pids: [pid],
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
});

/* To replace a rule for a while would be to lose it in the end. */
function requireUnguarded(guard: Guard, objects: readonly ResolvedPath[]): void {
  for (const rule of guard.listRules()) {
    if (rule.suffix !== null || !objects.some(({path}) => path === rule.path)) continue;
    throw new UserError('EEXIST', `rule ${rule.id} guards ${rule.path ?? ''} already`, {
      next: [`sudo fguard unprotect ${rule.id}`],
    });
  }
}

/*
 * A rule that went with the last process, or by somebody's hand, is not missed. That
 * one stays, or went with the module, does not change how the command ended.
 */
function removeRules(guard: Guard, rules: readonly KernelRule[], listener: RunListener): void {
  for (const rule of rules)
    try {
      guard.deleteRules([rule.id]);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      if (error.code !== 'ENOENT') listener.notRemoved(rule, error.message);
    }
}

async function guardAndRun(
  guard: Guard,
  objects: readonly RunObject[],
  launcher: Launcher,
  listener: RunListener,
): Promise<RunResult> {
  const requests = objects.map((object) => request(object, launcher.pid));
  const {added, inForce} = addRules(guard, requests);
  const rules = added.map(({rule}) => rule);
  try {
    const alone = rules.filter(({against}) => !against);
    listener.unreached(alone.flatMap((rule) => findUnreached(rule, inForce)));
    return {...(await launcher.go()), rules};
  } finally {
    removeRules(guard, rules, listener);
  }
}

function resolveObjects({protect, ask}: RunRequest): RunObject[] {
  const objects = [
    ...protect.map((path) => ({...resolvePath(path), asks: false})),
    ...ask.map((path) => ({...resolvePath(path), asks: true})),
  ];
  objects.forEach(requireName);
  const paths = objects.map(({path}) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new UserError('EEXIST', `${twice} is named twice`);
  return objects;
}

/**
 * Runs a command with rules about it while it lives: it alone, with all it
 * starts, gets into some paths, and it is asked about others.
 */
export async function runGuarded(request: RunRequest, listener: RunListener): Promise<RunResult> {
  const {ask, command} = request;
  const objects = resolveObjects(request);
  const guard = await openGuard();
  try {
    requireUnguarded(guard, objects);
    if (ask.length > 0 && guard.status().answerers === 0) listener.unanswered();
    const launcher = new Launcher(command);
    try {
      return await guardAndRun(guard, objects, launcher, listener);
    } catch (error) {
      await launcher.cancel();
      throw error;
    }
  } catch (error) {
    throw explain(error);
  } finally {
    guard.close();
  }
}
