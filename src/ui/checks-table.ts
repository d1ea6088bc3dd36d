// SPDX-License-Identifier: MIT
import type {CheckResult} from '../domain/checks.js';
import {escapeText} from '../domain/text.js';
import {statePaint} from './paint.js';
import {type Cell, renderTable} from './table.js';

function row({title, state, detail, fix}: CheckResult): Cell[] {
  const remedy = fix === null ? [] : [{text: `try: ${escapeText(fix)}`}];
  return [
    [{text: title}],
    [{text: state, paint: statePaint(state)}],
    [{text: escapeText(detail)}, ...remedy],
  ];
}

export const renderChecks = (checks: readonly CheckResult[]): string =>
  renderTable(['check', 'state', 'what was found'], checks.map(row));

/** One sentence about all. */
export function summarizeChecks(checks: readonly CheckResult[]): string {
  const count = (state: string): number => checks.filter((check) => check.state === state).length;
  const [failed, warnings, unknown] = [count('failed'), count('warning'), count('unknown')];
  if (failed > 0) return `${failed} of ${checks.length} checks failed: fguard cannot do its work`;
  const rest = [
    ...(warnings === 0 ? [] : [`${warnings} with a warning`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ];
  return `nothing stops fguard${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`;
}
