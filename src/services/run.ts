// SPDX-License-Identifier: MIT
import {OPS} from '../domain/names.js';
import {type KernelRule, type RuleRequest, UNSAID} from '../domain/rule.js';
import {ModuleError, UserError} from '../domain/errors.js';
import type {Guard} from '../native/index.js';
import {fguard_else as ELSE} from '../domain/uapi.gen.js';
import type {Account} from '../linux/account.js';
import {explain, openGuard} from './guard.js';
import {type Ending, Launcher, type Precautions, takePrecautions} from '../linux/launcher.js';
import {findUnreached} from './mounts-below.js';
import {addRules, requireName} from './protect.js';
import {type ResolvedPath, resolvePath} from '../linux/resolve-path.js';

export interface RunResult extends Ending {
  rules: KernelRule[];
}

/** What a rule of a run does: keep others out, or restrict the command itself. */
export type RunKind = 'protect' | 'ask' | 'deny' | 'log' | 'read-only';

export interface RunPath {
  kind: RunKind;
  path: string;
}

export interface RunRequest {
  paths: readonly RunPath[];
  /** How long an answer may take, in milliseconds; 0 for the default. */
  timeout: number;
  defaultVerdict: number;
  command: readonly string[];
  /** The account to run as; undefined: our own. */
  account: Account | undefined;
}

/** Receives warnings, before the command starts unless said otherwise. */
export interface RunListener {
  /** A rule asks, but no answerer is running. */
  unanswered(): void;
  /** Mounts below the paths that no rule covers. */
  unreached(found: readonly RunPath[]): void;
  /** The command can type into its terminal, for the shell that ran us. */
  typing(): void;
  /** After the command has ended: descendants still run, and these rules stay. */
  outlived(rules: readonly KernelRule[]): void;
  /** After the command has ended: a rule that could not be removed, and why. */
  notRemoved(rule: KernelRule, reason: string): void;
}

type RunObject = ResolvedPath & RunPath;

/* A directory is guarded with everything in it, and a missing path may become one. */
const isTree = ({exists, isDirectory}: ResolvedPath): boolean => isDirectory || !exists;

const READING = OPS.toMask(['read', 'exec', 'list']);

const KINDS: Record<RunKind, Pick<RuleRequest, 'against' | 'elseAction' | 'ops'>> = {
  protect: {against: false, elseAction: ELSE.FGUARD_ELSE_DENY, ops: 0},
  ask: {against: true, elseAction: ELSE.FGUARD_ELSE_ASK, ops: 0},
  deny: {against: true, elseAction: ELSE.FGUARD_ELSE_DENY, ops: 0},
  log: {against: true, elseAction: ELSE.FGUARD_ELSE_LOG, ops: 0},
  'read-only': {
    against: true,
    elseAction: ELSE.FGUARD_ELSE_DENY,
    ops: OPS.toMask(OPS.list) & ~READING,
  },
};

/*
 * A rule about the process and its descendants. A rule that restricts them must not end
 * with the first process, which could leave the rest of the work to a child.
 */
const ruleRequest = (
  object: RunObject,
  {timeout, defaultVerdict}: RunRequest,
  pid: number,
): RuleRequest => ({
  ...UNSAID,
  path: object.path,
  tree: isTree(object),
  children: true,
  untilExit: !KINDS[object.kind].against,
  ...KINDS[object.kind],
  defaultVerdict,
  timeout: object.kind === 'ask' ? timeout : UNSAID.timeout,
  pids: [pid],
});

const refusal = (message: string, rule: KernelRule): UserError =>
  new UserError('EEXIST', message, {next: [`sudo fguard unprotect ${rule.id}`]});

/* Replacing a rule for a while would lose it in the end. */
function requireUnguarded(guard: Guard, objects: readonly RunObject[]): void {
  for (const rule of guard.listRules())
    for (const {path} of objects)
      if (rule.suffix === null && rule.path === path)
        throw refusal(`rule ${rule.id} already guards ${path}`, rule);
}

/*
 * A rule that has already ended or was removed by hand is no error. A rule that cannot be
 * removed, or that ended with the module, does not change the exit code of the command.
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

const findUnreachedPaths = (
  rules: readonly KernelRule[],
  objects: readonly RunObject[],
  active: readonly KernelRule[],
): RunPath[] =>
  rules.flatMap((rule) => {
    const kind = objects.find(({path}) => path === rule.path)?.kind ?? 'protect';
    return findUnreached(rule, active).map(({path}) => ({kind, path}));
  });

/* Rules that restrict the command stay while one of its descendants may be running. */
function removeEnded(
  guard: Guard,
  rules: readonly KernelRule[],
  {outlives}: Precautions,
  listener: RunListener,
): void {
  const staying = rules.filter(({against}) => against);
  const stay = staying.length > 0 && outlives();
  removeRules(guard, stay ? rules.filter(({against}) => !against) : rules, listener);
  if (stay) listener.outlived(staying);
}

async function guardAndRun(
  guard: Guard,
  run: RunRequest,
  objects: readonly RunObject[],
  launcher: Launcher,
  precautions: Precautions,
  listener: RunListener,
): Promise<RunResult> {
  const requests = objects.map((object) => ruleRequest(object, run, launcher.pid));
  const {added, active} = addRules(guard, requests);
  const rules = added.map(({rule}) => rule);
  try {
    listener.unreached(findUnreachedPaths(rules, objects, active));
    const ending = await launcher.go();
    removeEnded(guard, rules, precautions, listener);
    return {...ending, rules};
  } catch (error) {
    removeRules(guard, rules, listener);
    throw error;
  }
}

function resolveObjects(named: readonly RunPath[]): RunObject[] {
  const objects = named.map(({path, kind}) => ({...resolvePath(path), kind}));
  objects.forEach(requireName);
  const paths = objects.map(({path}) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new UserError('EEXIST', `${twice} is given twice`);
  return objects;
}

/**
 * Runs a command with rules for as long as it lives. It and its descendants have
 * exclusive access to some paths; for others they are asked about, denied or reported.
 */
export async function runGuarded(run: RunRequest, listener: RunListener): Promise<RunResult> {
  const objects = resolveObjects(run.paths);
  const guard = await openGuard();
  try {
    requireUnguarded(guard, objects);
    const asks = objects.some(({kind}) => kind === 'ask');
    if (asks && guard.status().answerers === 0) listener.unanswered();
    const precautions = await takePrecautions();
    if (!precautions.isTypingRefused) listener.typing();
    const launcher = new Launcher(run.command, run.account);
    try {
      return await guardAndRun(guard, run, objects, launcher, precautions, listener);
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
