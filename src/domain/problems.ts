// SPDX-License-Identifier: MIT
import type {Mistake} from './mistake.js';
import type {RuleDocument} from './rule.js';

/** Reasons why not everything is guarded as it should be. */
export interface Problems {
  /** Errors in saved rules, which are therefore not active. */
  mistakes: readonly Mistake[];
  /** Rules that are not active as they should be, and why. */
  rules: readonly {match: RuleDocument['match']; why: string}[];
  /** Anything else. */
  others: readonly string[];
}
