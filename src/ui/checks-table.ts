// SPDX-License-Identifier: MIT
import type {CheckResult} from '../domain/checks.js';
import {escapeCommand, escapeText} from '../domain/text.js';
import {statePaint} from './paint.js';
import {type Cell, renderTable} from './table.js';

const row = ({title, state, detail}: CheckResult): Cell[] => [
  [{text: title}],
  [{text: state, paint: statePaint(state)}],
  [{text: escapeText(detail)}],
];

/* In a cell, a command would be wrapped and could not be copied. */
const remedies = (checks: readonly CheckResult[]): string[] =>
  checks.flatMap(({title, fix}) => (fix === null ? [] : [title, `  try: ${escapeCommand(fix)}`]));

export const renderChecks = (checks: readonly CheckResult[], columns?: number): string =>
  [renderTable(['check', 'state', 'result'], checks.map(row), columns), ...remedies(checks)].join(
    '\n',
  );

/** One sentence about all checks. */
export function summarizeChecks(checks: readonly CheckResult[]): string {
  const count = (state: string): number => checks.filter((check) => check.state === state).length;
  const [failed, warnings, unknown] = [count('failed'), count('warning'), count('unknown')];
  if (failed > 0) return `${failed} of ${checks.length} checks failed: fguard cannot work`;
  const rest = [
    ...(warnings === 0 ? [] : [`${warnings} with a warning`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ];
  return `fguard can work${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`;
}
