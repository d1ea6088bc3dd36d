// SPDX-License-Identifier: MIT
import {type Mistake, sortMistakes} from '../../domain/mistake.js';
import {overwriterWarning} from '../overwriters.js';
import {ruleFiles} from './find.js';
import {type LoadedRules, type PlacedRule, loadRuleFiles} from './load.js';

/* Whoever overwrites a program that is let in gets in. */
const doubts = ({request, file, place}: PlacedRule): Mistake[] =>
  request.exes
    .flatMap((exe) => overwriterWarning(exe) ?? [])
    .map((text) => file.mistake([...place, 'allow', 'exes'], text));

/** Finds what is wrong with rule files; the module is not asked. */
export function checkRuleFiles(named: readonly string[]): LoadedRules {
  const loaded = loadRuleFiles(ruleFiles(named));
  const {files, rules, warnings} = loaded;
  return {...loaded, warnings: sortMistakes([...warnings, ...rules.flatMap(doubts)], files)};
}
