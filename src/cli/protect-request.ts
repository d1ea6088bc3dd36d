// SPDX-License-Identifier: MIT
import {ELSES, OPS, VERDICTS} from '../domain/names.js';
import {type ErrnoName, errnoNumber} from '../domain/errno.js';
import {wrongUsage} from '../domain/errors.js';
import {UNSAID} from '../domain/rule.js';
import {toTimeout, toMask, toMilliseconds, toPid, toRuleName, toSuffix} from './flags.js';
import {cgroupDirectory} from '../linux/cgroups.js';
import {resolveExecutable} from '../services/executables.js';
import type {ProtectRequest} from '../services/protect.js';
import {groupId, userId} from '../linux/users.js';

/** The arguments and flags of `fguard protect`. */
export interface ProtectWords {
  paths: readonly string[];
  pid: readonly string[] | undefined;
  exe: readonly string[] | undefined;
  uid: readonly string[] | undefined;
  gid: readonly string[] | undefined;
  loginuid: readonly string[] | undefined;
  cgroup: readonly string[] | undefined;
  suffix: string | undefined;
  ops: string | undefined;
  else: string;
  default: string | undefined;
  timeout: string | undefined;
  errno: string;
  ttl: string | undefined;
  name: string | undefined;
  tree: boolean;
  'no-tree': boolean;
  children: boolean;
  strict: boolean;
  'until-exit': boolean;
  save: boolean;
}

/* A process id may later belong to another process, and a saved rule is applied at every boot. */
function requireLasting(words: ProtectWords): void {
  if (!words.save) return;
  if (words.pid !== undefined)
    throw wrongUsage(
      '--save cannot be combined with --pid: the number may later belong to another process',
    );
  if (words.ttl !== undefined)
    throw wrongUsage('--save cannot be combined with --ttl: a saved rule does not expire');
}

function requireSense(words: ProtectWords): void {
  const {paths, suffix, name, tree, pid} = words;
  if (paths.length === 0 && suffix === undefined)
    throw wrongUsage('nothing to guard: give a PATH or a --suffix');
  for (const flag of ['tree', 'no-tree'] as const)
    if (words[flag] && paths.length === 0) throw wrongUsage(`--${flag} needs a PATH`);
  if (words['no-tree'] && (tree || suffix !== undefined))
    throw wrongUsage(
      `--no-tree cannot be combined with ${tree ? '--tree' : '--suffix'}, which covers everything below PATH`,
    );
  if (name !== undefined && paths.length > 1)
    throw wrongUsage('--name needs a single PATH: a name belongs to one rule');
  for (const flag of ['children', 'until-exit'] as const)
    if (words[flag] && pid === undefined) throw wrongUsage(`--${flag} needs a --pid`);
  for (const flag of ['default', 'timeout'] as const)
    if (words[flag] !== undefined && words.else !== 'ask')
      throw wrongUsage(`--${flag} needs --else ask`);
  requireLasting(words);
}

const toVerdict = (word: string): number => VERDICTS.value(word) ?? UNSAID.defaultVerdict;

const distinct = <T>(words: readonly string[] | undefined, convert: (word: string) => T): T[] => [
  ...new Set((words ?? []).map((word) => convert(word))),
];

/** The rules that they describe. */
export function toProtectRequest(words: ProtectWords): ProtectRequest {
  requireSense(words);
  const said = <T, R>(word: T | undefined, usual: R, convert: (word: T) => R): R =>
    word === undefined ? usual : convert(word);
  return {
    ...UNSAID,
    paths: words.paths,
    suffix: said(words.suffix, UNSAID.suffix, toSuffix),
    name: said(words.name, UNSAID.name, toRuleName),
    tree: words.tree || (words['no-tree'] ? false : null),
    children: words.children,
    strict: words.strict,
    untilExit: words['until-exit'],
    ops: toMask('--ops', OPS, words.ops),
    elseAction: ELSES.value(words.else) ?? UNSAID.elseAction,
    error: errnoNumber(words.errno as ErrnoName),
    defaultVerdict: said(words.default, UNSAID.defaultVerdict, toVerdict),
    timeout: said(words.timeout, UNSAID.timeout, (text) => toTimeout('--timeout', text)),
    ttl: said(words.ttl, UNSAID.ttl, (text) => toMilliseconds('--ttl', text)),
    pids: distinct(words.pid, (pid) => toPid(pid)),
    exes: distinct(words.exe, resolveExecutable),
    uids: distinct(words.uid, userId),
    gids: distinct(words.gid, groupId),
    loginuids: distinct(words.loginuid, userId),
    cgroups: distinct(words.cgroup, (cgroup) => cgroupDirectory(cgroup)),
  };
}
