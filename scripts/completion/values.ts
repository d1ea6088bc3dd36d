// SPDX-License-Identifier: MIT
import type {Flag} from '../surface.js';

/** What a shell can offer for the value of a flag. */
export type Value = 'none' | 'word' | 'file' | 'user' | 'group' | readonly string[];

const KINDS: Record<string, Value> = {
  uid: 'user',
  loginuid: 'user',
  user: 'user',
  gid: 'group',
  exe: 'file',
  exec: 'file',
  protect: 'file',
  ask: 'file',
  config: 'file',
  'sign-key': 'file',
  'sign-cert': 'file',
};

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
