// SPDX-License-Identifier: MIT
import type {Mistake} from '../../domain/mistake.js';
import {deniedNeed, lockOutWarning, ownNeeds} from '../own-needs.js';
import type {PlacedRule} from './load.js';

/** Warnings about rules that keep root from running this program. */
export function lockOuts(rules: readonly PlacedRule[]): Mistake[] {
  const needs = ownNeeds();
  return rules.flatMap(({request, file, match}) => {
    const need = deniedNeed(request, needs);
    const key = request.suffix === null ? 'path' : 'suffix';
    return need === undefined ? [] : [file.mistake([...match, key], lockOutWarning(need))];
  });
}
