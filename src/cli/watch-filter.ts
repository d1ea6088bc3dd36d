// SPDX-License-Identifier: MIT
import type {EventFilter} from '../domain/filter.js';
import {OPS, VERDICTS} from '../domain/names.js';
import {UserError, wrongUsage} from '../domain/errors.js';
import {toMask, toPid, toSuffix} from './flags.js';
import {resolveExisting, resolvePath} from '../linux/resolve-path.js';
import {userId} from '../linux/users.js';

/** The arguments and flags of `fguard watch`. */
export interface WatchWords {
  paths: readonly string[];
  tree: boolean;
  all: boolean;
  op: string | undefined;
  verdict: string | undefined;
  suffix: readonly string[] | undefined;
  pid: readonly string[] | undefined;
  exe: readonly string[] | undefined;
  user: readonly string[] | undefined;
}

function toTree(path: string): string {
  const resolved = resolveExisting(path);
  if (resolved.isDirectory) return resolved.path;
  throw new UserError('ENOTDIR', `--tree: ${path} is not a directory`);
}

/** The filter that they describe; paths are resolved, so symbolic links stand for their targets. */
export function toFilter(words: WatchWords): EventFilter {
  const {paths} = words;
  if (words.tree && paths.length === 0) throw wrongUsage('--tree needs a PATH');
  return {
    all: words.all,
    ops: toMask('--op', OPS, words.op),
    verdicts: toMask('--verdict', VERDICTS, words.verdict),
    paths: words.tree ? [] : paths.map((path) => resolvePath(path).path),
    trees: words.tree ? paths.map(toTree) : [],
    suffixes: (words.suffix ?? []).map((suffix) => toSuffix(suffix)),
    pids: (words.pid ?? []).map((pid) => toPid(pid)),
    exes: (words.exe ?? []).map((exe) => resolveExisting(exe).path),
    uids: (words.user ?? []).map(userId),
  };
}
