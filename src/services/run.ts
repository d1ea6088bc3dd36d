// SPDX-License-Identifier: MIT
import type {KernelRule, RuleRequest} from '../domain/rule.js';
import {ModuleError, UserError} from '../errors.js';
import type {Guard} from '../native/index.js';
import {explain, openGuard} from './guard.js';
import {type Ending, Launcher} from './launcher.js';
import {addRules} from './protect.js';
import {type ResolvedPath, resolvePath} from './resolve-path.js';
import {fguard_verdict} from '../uapi.gen.js';

export interface RunResult extends Ending {
  rules: KernelRule[];
}

/** Only the process and its descendants get in; a directory with all that is in it. */
const request = ({path, isDirectory}: ResolvedPath, pid: number): RuleRequest => ({
  path,
  suffix: null,
  name: null,
  tree: isDirectory,
  children: true,
  strict: false,
  untilExit: true,
  against: false,
  ops: 0,
  otherwise: 0,
  error: 0,
  defaultVerdict: fguard_verdict.FGUARD_VERDICT_DENY,
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

/* A rule that went with the last process, or by somebody's hand, is not missed. */
function removeRules(guard: Guard, rules: readonly KernelRule[]): void {
  for (const {id} of rules)
    try {
      guard.deleteRules([id]);
    } catch (error) {
      if (!(error instanceof ModuleError && error.code === 'ENOENT')) throw error;
    }
}

async function guardAndRun(
  guard: Guard,
  objects: readonly ResolvedPath[],
  launcher: Launcher,
): Promise<RunResult> {
  const requests = objects.map((object) => request(object, launcher.pid));
  const rules = addRules(guard, requests).map(({rule}) => rule);
  try {
    return {...(await launcher.go()), rules};
  } finally {
    removeRules(guard, rules);
  }
}

/** Runs a command that alone, with all it starts, gets into some paths while it lives. */
export async function runGuarded(
  paths: readonly string[],
  command: readonly string[],
): Promise<RunResult> {
  const objects = paths.map((path) => resolvePath(path));
  const guard = await openGuard();
  try {
    requireUnguarded(guard, objects);
    const launcher = new Launcher(command);
    try {
      return await guardAndRun(guard, objects, launcher);
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
