// SPDX-License-Identifier: MIT
import {VERDICTS} from '../domain/names.js';
import {wrongUsage} from '../domain/errors.js';
import {toTimeout} from './flags.js';
import {accountFor} from '../linux/account.js';
import type {RunKind, RunRequest} from '../services/run.js';

const KINDS = ['protect', 'ask', 'deny', 'read-only', 'log'] as const satisfies RunKind[];

/** The flags of `fguard run`. */
export interface RunWords extends Partial<Record<RunKind, readonly string[] | undefined>> {
  timeout?: string | undefined;
  default?: string | undefined;
  user?: string | undefined;
  'as-root': boolean;
}

function requireSense(words: RunWords): void {
  if (words.user !== undefined && words['as-root'])
    throw wrongUsage('--user and --as-root cannot be combined');
  for (const flag of ['timeout', 'default'] as const)
    if (words[flag] !== undefined && words.ask === undefined)
      throw wrongUsage(`--${flag} needs an --ask PATH`);
}

/** The command, and the rules that the flags describe. */
export function toRunRequest(words: RunWords, command: readonly string[]): RunRequest {
  requireSense(words);
  const {timeout, user} = words;
  return {
    paths: KINDS.flatMap((kind) => (words[kind] ?? []).map((path) => ({kind, path}))),
    timeout: timeout === undefined ? 0 : toTimeout('--timeout', timeout),
    defaultVerdict: VERDICTS.value(words.default ?? 'deny') ?? 0,
    command,
    account: accountFor({user, asRoot: words['as-root']}),
  };
}
