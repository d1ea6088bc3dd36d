// SPDX-License-Identifier: MIT
import type {Protected} from '../domain/object.js';
import type {KernelRule} from '../domain/rule.js';
import {shellWord} from '../domain/shell-word.js';
import {escapeText} from '../domain/text.js';
import {fguard_op as OP} from '../domain/uapi.gen.js';

const isAbout = ({ops}: KernelRule, op: number): boolean => (ops & (1 << op)) !== 0;

const ALONE =
  'a rule about exec without read can be bypassed by copying the program, or by passing it to its loader (ld.so) or interpreter; guard read as well';

function startWarning({path, tree, against}: KernelRule, exe: string): string | undefined {
  if (!tree || against || path === null || !exe.startsWith(`${path}/`)) return undefined;
  return (
    `${escapeText(exe)} is inside the tree, so processes that are not allowed cannot start it; ` +
    `to let everyone start it, and report it: fguard protect ${shellWord(exe)} --ops exec --else log`
  );
}

/** Limitations and side effects of rules about exec. */
export function executingWarnings(rules: readonly Pick<Protected, 'rule'>[]): string[] {
  const concerned = rules.map(({rule}) => rule).filter((rule) => isAbout(rule, OP.FGUARD_OP_EXEC));
  const inside = concerned.flatMap((rule) => rule.exes.map((exe) => startWarning(rule, exe)));
  return [
    ...(concerned.some((rule) => !isAbout(rule, OP.FGUARD_OP_READ)) ? [ALONE] : []),
    ...inside.filter((text) => text !== undefined),
  ];
}
