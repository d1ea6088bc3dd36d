// SPDX-License-Identifier: MIT
import {ruleFiles} from './find.js';
import {type LoadedRules, loadRuleFiles} from './load.js';

/** Finds what is wrong with rule files; the module is not asked. */
export const checkRuleFiles = (named: readonly string[]): LoadedRules =>
  loadRuleFiles(ruleFiles(named));
