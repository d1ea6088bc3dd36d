// SPDX-License-Identifier: MIT
// Rules in the format of the guest's program.
import {
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_STRICT,
  FGUARD_RULE_TREE,
  FGUARD_RULE_UNTIL_EXIT,
} from '../../src/domain/uapi.gen.js';

const FLAGS = {
  tree: FGUARD_RULE_TREE,
  children: FGUARD_RULE_CHILDREN,
  untilExit: FGUARD_RULE_UNTIL_EXIT,
  strict: FGUARD_RULE_STRICT,
} as const;

const OTHERWISE = ['deny', 'log', 'ask'] as const;

export interface Rule extends Partial<Record<keyof typeof FLAGS, boolean>> {
  path?: string;
  suffix?: string;
  otherwise?: (typeof OTHERWISE)[number];
  uids?: readonly number[];
  pids?: readonly number[];
  exe?: string;
  /** Mask of operations; all if absent. */
  ops?: number;
  /** Milliseconds. */
  deadline?: number;
}

const isFlag = (key: string): key is keyof typeof FLAGS => key in FLAGS;

export function ruleWords(rule: Rule): string[] {
  const flags = Object.keys(FLAGS).reduce(
    (mask, key) => mask | (isFlag(key) && rule[key] ? FLAGS[key] : 0),
    0,
  );
  const words = {
    path: rule.path,
    suffix: rule.suffix,
    flags: flags || undefined,
    else: rule.otherwise && OTHERWISE.indexOf(rule.otherwise),
    uids: rule.uids?.join(','),
    pids: rule.pids?.join(','),
    exe: rule.exe,
    ops: rule.ops,
    deadline: rule.deadline,
  };
  return Object.entries(words).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
}
