// SPDX-License-Identifier: MIT
import type {Explanation, Match} from '../domain/explanation.js';
import type {KernelRule} from '../domain/rule.js';
import {withGuard} from './guard.js';
import {type HardLinks, hardLinks} from './hard-links.js';
import {type Holder, findHolders} from './holders.js';
import {blockDevice, readMounts, visibleAliases} from './mounts.js';
import {processName} from './proc.js';
import {requireProcess} from './processes.js';
import {resolvePath} from './resolve-path.js';

export interface MatchedRule extends Omit<Match, 'rule'> {
  rule: KernelRule;
  decides: boolean;
}

/** Which rule decides an access, and what else the object is called and held by. */
export interface ObjectExplanation extends Omit<Explanation, 'matches' | 'rule'> {
  path: string;
  op: number;
  process: {pid: number; comm: string} | null;
  /** Id of the rule that decides, or null. */
  rule: number | null;
  matches: MatchedRule[];
  links: HardLinks | null;
  mounts: string[];
  device: string | null;
  holders: Holder[];
}

function matched(explanation: Explanation, rules: readonly KernelRule[]): MatchedRule[] {
  return explanation.matches.flatMap(({rule: id, ...match}) => {
    const rule = rules.find((other) => other.id === id);
    return rule === undefined ? [] : [{...match, rule, decides: id === explanation.rule}];
  });
}

/** Asks the module about an access and the system about the object. */
export async function explainPath(
  text: string,
  op: number,
  pid: number | undefined,
): Promise<ObjectExplanation> {
  if (pid !== undefined) requireProcess(pid);
  const {path} = resolvePath(text);
  const {explanation, rules} = await withGuard((guard) => ({
    explanation: guard.explain({path, op, pid: pid ?? 0}),
    rules: guard.listRules(),
  }));
  const {verdict, reason, rule} = explanation;
  const mounts = readMounts();
  return {
    path,
    op,
    process: pid === undefined ? null : {pid, comm: processName(pid)},
    verdict,
    reason,
    rule: rule === 0 ? null : rule,
    matches: matched(explanation, rules),
    links: hardLinks(path),
    mounts: visibleAliases(mounts, path),
    device: blockDevice(mounts, path),
    holders: findHolders([{path, tree: false, suffix: null}]),
  };
}
