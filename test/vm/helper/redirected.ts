// SPDX-License-Identifier: MIT
import {vm} from '../runner/shared.js';

/** Functions of the security layer that something redirects, as ftrace itself says. */
export async function redirected(): Promise<string[]> {
  const text = await vm.ok('cat /sys/kernel/tracing/enabled_functions');
  // the second mark: others are only traced, or noted
  const found = text.matchAll(/^(security_\w+) \(\d+\)(?: R| {2}) I/gm);
  return [...found].map(([, name]) => name ?? '').sort();
}

/** Hooks that only note what happens; whoever likes may redirect their functions. */
export const isNoted = (name: string): boolean =>
  /^d_|^proc_flush_pid$|^security_(inode_free|inode_copy_up|bprm_committed_creds)$/.test(name);
