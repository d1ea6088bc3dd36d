// SPDX-License-Identifier: MIT
import type {Flag} from '../surface.js';

/** What a shell can offer for the value of a flag. */
export type Value =
  'none' | 'word' | 'file' | 'user' | 'group' | 'kernel' | 'cgroup' | readonly string[];

/** A value that is one of several words. */
export const isListed = (value: Value): value is readonly string[] => typeof value !== 'string';

/** Lines of a shell that print the kernels that are installed, and units that have a cgroup. */
export const PRINTS = {
  kernel: 'command ls /lib/modules 2>/dev/null',
  cgroup: "command find /sys/fs/cgroup -type d -name '*.*' -printf '%f\\n' 2>/dev/null",
} as const;

/** What the rules are called by, for those who may know: paths, ids and names. */
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

/** Whether several of them may stand behind each other, with commas between. */
export const isList = ({value}: Flag): boolean => value === 'LIST';

/** Words that a description lists behind a colon: "only these: allow, deny". */
function listed({value, description}: Flag): readonly string[] | undefined {
  if (value !== 'LIST') return undefined;
  return /: ([\w-]+(?:, [\w-]+)+)$/.exec(description)?.[1]?.split(', ');
}

export function valueOf(flag: Flag): Value {
  if (flag.value === undefined) return 'none';
  if (flag.options.length > 0) return flag.options;
  return listed(flag) ?? KINDS[flag.name] ?? 'word';
}
