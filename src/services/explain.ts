// SPDX-License-Identifier: MIT
import type {Explanation, MatchedRule, ObjectExplanation} from '../domain/explanation.js';
import type {KernelRule} from '../domain/rule.js';
import {BypassSearch} from './bypasses.js';
import {allowedExecutables} from './executables.js';
import {withGuard} from './guard.js';
import {hardLinks} from '../linux/hard-links.js';
import {findHolders} from '../linux/holders.js';
import {readMounts, visibleAliases} from '../linux/mounts.js';
import {processName} from '../linux/proc.js';
import {requireProcess} from '../linux/processes.js';
import {resolvePath} from '../linux/resolve-path.js';

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
  const {explanation, rules, answers} = await withGuard((guard) => ({
    explanation: guard.explain({path, op, pid: pid ?? 0}),
    rules: guard.listRules(),
    answers: guard.remembered(),
  }));
  const {verdict, reason, rule} = explanation;
  const mounts = readMounts();
  const matches = matched(explanation, rules);
  const about = matches.map((match) => match.rule);
  return {
    path,
    op,
    process: pid === undefined ? null : {pid, comm: processName(pid)},
    verdict,
    reason,
    rule: rule === 0 ? null : rule,
    matches,
    executables: allowedExecutables(about),
    answers: answers.filter((answer) => about.some(({id}) => id === answer.rule)),
    links: hardLinks(path),
    mounts: visibleAliases(mounts, path),
    beneath: new BypassSearch(rules, mounts).below(path, about),
    holders: await findHolders([{path, tree: false, suffix: null}]),
  };
}
