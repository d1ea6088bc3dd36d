// SPDX-License-Identifier: MIT
import type {Mistake} from './mistake.js';

/** What keeps the guard from being whole. */
export interface Problems {
  /** Mistakes in saved rules, which are therefore not active. */
  mistakes: readonly Mistake[];
  /** Saved rules that are not active as they are saved. */
  rules: readonly {
    path: string | null;
    suffix: string | null;
    tree: boolean;
    state: 'missing' | 'changed';
  }[];
  /** Active rules that are not active as a whole, and why. */
  pending: readonly {path: string | null; suffix: string | null; tree: boolean; why: string}[];
  /** Anything else. */
  others: readonly string[];
}
