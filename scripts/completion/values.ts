// SPDX-License-Identifier: MIT
import type {Flag} from '../surface.js';

/** The completions for the value of a flag. */
export type Value =
  'none' | 'word' | 'file' | 'user' | 'group' | 'kernel' | 'cgroup' | readonly string[];

/** One of several fixed words. */
export const isListed = (value: Value): value is readonly string[] => typeof value !== 'string';

/** Shell commands that print the installed kernels, and the units that have a cgroup. */
export const PRINTS = {
  kernel: 'command ls /lib/modules 2>/dev/null',
  cgroup: "command find /sys/fs/cgroup -type d -name '*.*' -printf '%f\\n' 2>/dev/null",
} as const;

/** Prints paths, ids and names of the rules, if the user may list them. */
export const RULES =
  'fguard rules --json 2>/dev/null | sed -n \'s/^ *"\\(id\\|name\\|path\\)": "\\?\\([^",]*\\)"\\?,$/\\2/p\' | grep -vx null';

const KINDS: Record<string, Value> = {
  uid: 'user',
  loginuid: 'user',
  user: 'user',
  gid: 'group',
  exe: 'file',
  exec: 'file',
  protect: 'file',
  ask: 'file',
  deny: 'file',
  log: 'file',
  'read-only': 'file',
  config: 'file',
  kernel: 'kernel',
  cgroup: 'cgroup',
  'sign-key': 'file',
  'sign-cert': 'file',
};

/** Whether several values may be given, separated by commas. */
export const isList = ({value}: Flag): boolean => value === 'LIST';

/** The words that a description lists after a colon: "only these: allow, deny". */
function listed({value, description}: Flag): readonly string[] | undefined {
  if (value !== 'LIST') return undefined;
  return /: ([\w-]+(?:, [\w-]+)+)$/.exec(description)?.[1]?.split(', ');
}

export function valueOf(flag: Flag): Value {
  if (flag.value === undefined) return 'none';
  if (flag.options.length > 0) return flag.options;
  return listed(flag) ?? KINDS[flag.name] ?? 'word';
}
