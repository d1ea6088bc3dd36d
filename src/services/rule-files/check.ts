// SPDX-License-Identifier: MIT
import {type Mistake, sortMistakes} from '../../domain/mistake.js';
import {overwriterWarning} from '../../linux/overwriters.js';
import {ignoredRuleFiles, ownRuleFiles} from './find.js';
import {lockOuts} from './lock-outs.js';
import {type LoadedRules, type PlacedRule, loadRuleFiles} from './load.js';

/* A process that can overwrite an allowed program can bypass the rule. */
function doubts(rules: readonly PlacedRule[]): Mistake[] {
  const known = new Map<string, string | undefined>();
  for (const exe of new Set(rules.flatMap(({request}) => request.exes)))
    known.set(exe, overwriterWarning(exe));
  return rules.flatMap(({request, file, place}) =>
    request.exes
      .flatMap((exe) => known.get(exe) ?? [])
      .map((text) => file.mistake([...place, 'allow', 'exes'], text)),
  );
}

/** Finds the errors in rule files, without the module. */
export function checkRuleFiles(named: readonly string[]): LoadedRules {
  const loaded = loadRuleFiles(ownRuleFiles(named));
  const {files, rules, warnings} = loaded;
  const ignored = ignoredRuleFiles(named);
  return {
    ...loaded,
    warnings: [
      ...ignored,
      ...sortMistakes([...warnings, ...doubts(rules), ...lockOuts(rules)], files),
    ],
  };
}
