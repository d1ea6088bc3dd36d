// SPDX-License-Identifier: MIT
import {vm} from '../runner/shared.js';

/* For every rule: a copy that cannot be followed is refused. */
const FOR_ALL_RULES = 'security_inode_copy_up';

/**
 * Functions of the security layer that something redirects, as ftrace itself says; without
 * the one that any rule needs.
 */
export async function redirected(): Promise<string[]> {
  const text = await vm.ok('cat /sys/kernel/tracing/enabled_functions');
  // the second mark: others are only traced, or noted
  const found = text.matchAll(/^(security_\w+) \(\d+\)(?: R| {2}) I/gm);
  return [...found]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== FOR_ALL_RULES)
    .sort();
}

/** Hooks that only note what happens; whoever likes may redirect their functions. */
export const isNoted = (name: string): boolean =>
  /^d_|^proc_flush_pid$|^security_(inode_free|inode_copy_up|bprm_committed_creds)$/.test(name);
