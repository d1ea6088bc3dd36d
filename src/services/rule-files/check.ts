// SPDX-License-Identifier: MIT
import {type Mistake, sortMistakes} from '../../domain/mistake.js';
import {overwriterWarning} from '../../linux/overwriters.js';
import {ignoredRuleFiles, ownRuleFiles} from './find.js';
import {type LoadedRules, type PlacedRule, loadRuleFiles} from './load.js';

/* Whoever overwrites a program that is let in gets in. */
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

/** Finds what is wrong with rule files; the module is not asked. */
export function checkRuleFiles(named: readonly string[]): LoadedRules {
  const loaded = loadRuleFiles(ownRuleFiles(named));
  const {files, rules, warnings} = loaded;
  const ignored = ignoredRuleFiles(named);
  return {
    ...loaded,
    warnings: [...ignored, ...sortMistakes([...warnings, ...doubts(rules)], files)],
  };
}
