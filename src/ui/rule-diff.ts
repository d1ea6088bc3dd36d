// SPDX-License-Identifier: MIT
import type {RuleChange, RuleDifference, RuleDraft, TermChange} from '../domain/rule-difference.js';
import type {RuleDocument} from '../domain/rule.js';
import {exactDuration} from '../domain/duration.js';
import {OPS} from '../domain/names.js';
import {escapeText} from '../domain/text.js';
import {verdictPaint, warn} from './paint.js';
import {type RuleNames, allowedCell, elseCell, objectCell} from './rules-table.js';
import {type Cell, type Line, renderTable} from './table.js';

const HEAD = ['', 'object', 'what'];

const MARKS = {
  added: {text: 'added', paint: verdictPaint('allow')},
  removed: {text: 'removed', paint: verdictPaint('deny')},
  changed: {text: 'changed', paint: warn},
} satisfies Record<string, Line>;

const TERMS: Record<string, string> = {
  'match.tree': 'everything in it',
  deadlineMs: 'timeout',
  untilExit: 'until exit',
  untilClosed: 'ends with its command',
  expiresAt: 'expires',
};

const isEmpty = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.length === 0);

function valueText({key}: TermChange, value: unknown, names: RuleNames): string {
  if (isEmpty(value)) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (key === 'deadlineMs') return exactDuration(Number(value));
  if (!Array.isArray(value)) return String(value);
  if (key === 'ops' && value.length === OPS.list.length) return 'all';
  if (key === 'allow.gids') return value.map((id) => names.group(Number(id))).join(', ');
  if (/\.(?:login)?uids$/.test(key)) return value.map((id) => names.user(Number(id))).join(', ');
  return value.join(', ');
}

function changeLine(term: TermChange, names: RuleNames): Line {
  const name = TERMS[term.key] ?? term.key.replace(/^allow\./, '');
  const [from, to] = [valueText(term, term.from, names), valueText(term, term.to, names)];
  return {text: escapeText(`${name}: ${from} → ${to}`)};
}

const opsLine = ({ops}: RuleDraft): Line => ({
  text: ops.length === OPS.list.length ? 'all operations' : ops.join(', '),
});

const NO_HITS = {allowed: 0, denied: 0, asked: 0, expired: 0};

/* Adds what the cells of the table of rules need. */
const asRule = (rule: RuleDraft): RuleDocument => ({
  ...rule,
  id: 0,
  pending: null,
  hits: NO_HITS,
});

/* Describes a rule that is added or removed. */
function draftCell(draft: RuleDraft, names: RuleNames): Cell {
  const rule = asRule(draft);
  const [first, ...others] = allowedCell(rule, names);
  const allowed = first === undefined ? [] : [{...first, text: `allowed: ${first.text}`}];
  const otherwise = elseCell(rule).map(({text}) => text);
  return [opsLine(rule), ...allowed, ...others, {text: `otherwise ${otherwise.join(' ')}`}];
}

const changedRow = ({to, terms}: RuleChange, names: RuleNames): Cell[] => [
  [MARKS.changed],
  objectCell(asRule(to)),
  terms.map((term) => changeLine(term, names)),
];

/** The changes to the active rules, as a table. */
export function renderDifference(
  {added, removed, changed}: RuleDifference,
  names: RuleNames,
  columns?: number,
): string {
  const row = (mark: Line, rule: RuleDraft): Cell[] => [
    [mark],
    objectCell(asRule(rule)),
    draftCell(rule, names),
  ];
  const rows = [
    ...removed.map((rule) => row(MARKS.removed, rule)),
    ...changed.map((change) => changedRow(change, names)),
    ...added.map((rule) => row(MARKS.added, rule)),
  ];
  return renderTable(HEAD, rows, columns);
}

/** The same in a few words. */
export function differenceText({added, removed, changed, unchanged}: RuleDifference): string {
  const counts = [
    [added, 'added'],
    [removed, 'removed'],
    [changed, 'changed'],
    [unchanged, 'unchanged'],
  ] as const;
  const said = counts.filter(([rules]) => rules.length > 0);
  return said.map(([rules, what]) => `${rules.length} ${what}`).join(', ') || 'no rules';
}
