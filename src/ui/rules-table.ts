// SPDX-License-Identifier: MIT
import {durationText, exactDuration} from '../domain/duration.js';
import {OPS} from '../domain/names.js';
import type {Grant, RuleDocument} from '../domain/rule.js';
import {escapeText} from '../domain/text.js';
import {dim, verdictPaint, warn} from './paint.js';
import {type Cell, type Line, renderTable} from './table.js';

const HEAD = ['id', 'object', 'operations', 'allowed', 'otherwise', 'hits', 'expires'];

/** Names of users and groups. */
export interface RuleNames {
  user: (uid: number) => string;
  group: (gid: number) => string;
}

const quiet = (text: string): Line => ({text, paint: dim});

const grantLine = ({pid, comm, alive}: Grant): Line => {
  const text = `${pid} ${escapeText(comm)}`;
  return alive ? {text} : {text: `${text} (gone)`, paint: dim};
};

function matchLines({path, tree, suffix}: RuleDocument['match']): Line[] {
  const place = escapeText(path ?? '');
  if (suffix === null)
    return tree ? [{text: place}, quiet('and everything in it')] : [{text: place}];
  return [{text: `*${escapeText(suffix)}`}, quiet(path === null ? 'everywhere' : `below ${place}`)];
}

export const objectCell = ({match, name, strict}: RuleDocument): Cell => [
  ...matchLines(match),
  ...(name === null ? [] : [quiet(escapeText(name))]),
  ...(strict ? [quiet('strict')] : []),
];

const opsCell = (ops: readonly string[]): Cell =>
  ops.length === OPS.list.length ? [{text: 'all'}] : ops.map((text) => ({text}));

/* A process must match one value of each kind: values are joined by "or", kinds by "and". */
const valueLines = (kind: string, values: readonly string[]): Line[] =>
  values.map((value, index) => ({text: `${index === 0 ? kind : '  or'} ${escapeText(value)}`}));

function pidLines({pids, children}: RuleDocument['allow']): Line[] {
  const lines = pids.map(grantLine);
  return children ? [...lines, quiet('and descendants')] : lines;
}

const joinKinds = (kinds: readonly Line[][]): Line[] =>
  kinds
    .filter((lines) => lines.length > 0)
    .flatMap(([first, ...others], index) => {
      if (first === undefined || index === 0) return first === undefined ? [] : [first, ...others];
      return [{...first, text: `and ${first.text}`}, ...others];
    });

export function allowedCell({allow, against}: RuleDocument, names: RuleNames): Cell {
  const lines = joinKinds([
    pidLines(allow),
    valueLines('exe', allow.exes),
    valueLines(
      'user',
      allow.uids.map((id) => names.user(id)),
    ),
    valueLines(
      'group',
      allow.gids.map((id) => names.group(id)),
    ),
    valueLines(
      'login',
      allow.loginuids.map((id) => names.user(id)),
    ),
    valueLines('cgroup', allow.cgroups),
  ]);
  if (against) return [quiet('everyone but'), ...lines];
  return lines.length === 0 ? [quiet('nobody')] : lines;
}

export function elseCell(rule: RuleDocument): Cell {
  if (rule.else === 'ask')
    return [{text: 'ask'}, quiet(`${exactDuration(rule.deadlineMs)}, then ${rule.default}`)];
  if (rule.else !== 'deny') return [{text: rule.else}];
  return [{text: 'deny', paint: verdictPaint('deny')}, quiet(rule.errno)];
}

function hitsCell({else: otherwise, hits}: RuleDocument): Cell {
  const asked = otherwise === 'ask' || hits.asked > 0;
  return [
    {text: `${hits.allowed} allowed`},
    {text: `${hits.denied} denied`},
    ...(asked ? [{text: `${hits.asked} asked`}, {text: `${hits.expired} expired`}] : []),
  ];
}

/** When a rule ends; empty for one that does not. */
export function endLines({expiresAt, untilExit, untilClosed}: RuleDocument, now: number): Line[] {
  const ends: Line[] = [];
  if (expiresAt !== null)
    ends.push({text: `in ${durationText(Math.max(0, Date.parse(expiresAt) - now))}`});
  if (untilExit) ends.push({text: 'at exit'});
  if (untilClosed) ends.push({text: 'with its command'});
  return ends;
}

function expiresCell(rule: RuleDocument, now: number): Cell {
  const ends = endLines(rule, now);
  return ends.length === 0 ? [{text: 'never'}] : ends;
}

const pendingLines = ({pending}: RuleDocument): Line[] =>
  pending === null ? [] : [{text: `pending: ${pending}`, paint: warn}];

const row = (rule: RuleDocument, names: RuleNames, now: number): Cell[] => [
  [{text: String(rule.id)}],
  objectCell(rule),
  opsCell(rule.ops),
  [...allowedCell(rule, names), ...pendingLines(rule)],
  elseCell(rule),
  hitsCell(rule),
  expiresCell(rule, now),
];

export function renderRules(
  rules: readonly RuleDocument[],
  names: RuleNames,
  columns?: number,
): string {
  const now = Date.now();
  return renderTable(
    HEAD,
    rules.map((rule) => row(rule, names, now)),
    columns,
  );
}
