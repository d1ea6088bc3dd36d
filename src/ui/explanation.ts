// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';
import type {ExplanationDocument, MatchDocument} from './explanation-document.js';
import {paintVerdict, strong, warn} from './paint.js';
import {holderLine, linksText} from './protected.js';
import {elseCell, objectCell} from './rules-table.js';
import {type Cell, type Line, renderTable} from './table.js';

const HEAD = ['rule', 'object', 'match', 'operation', 'process', 'else'];

const kindText = ({kind, distance}: MatchDocument): string =>
  kind === 'tree' && distance > 0 ? `tree, ${distance} up` : kind;

function idLines({rule, decides}: MatchDocument): Line[] {
  return [
    {text: String(rule.id), ...(decides ? {paint: strong} : {})},
    ...(decides ? [{text: 'decides', paint: strong}] : []),
  ];
}

const row = (match: MatchDocument): Cell[] => [
  idLines(match),
  objectCell(match.rule),
  [{text: kindText(match)}],
  [{text: match.concerned ? 'concerned' : 'not concerned'}],
  [{text: match.allowed ? 'let in' : 'not let in'}],
  elseCell(match.rule),
];

function headline({path, op, process, verdict, reason, why}: ExplanationDocument): string {
  const who = process === null ? 'a stranger' : `${escapeText(process.comm)}[${process.pid}]`;
  return `${paintVerdict(reason === 'ask' ? reason : verdict)}: ${strong(op)} of ${escapeText(path)} by ${who}: ${why}`;
}

function aliasLines({links, mounts}: ExplanationDocument): string[] {
  const names = linksText(links);
  return [
    ...(names === undefined ? [] : [`${strong('names')}    ${names}`]),
    ...mounts.map((path) => `${strong('mounted')}  ${escapeText(path)}`),
  ];
}

const deviceLine = (device: string): string =>
  `${warn('beneath:')} its bytes lie on ${escapeText(device)}: who may open that device passes every rule about files; \`fguard protect ${escapeText(device)}\` guards it under that name`;

/** An explanation for a person. */
export function renderExplanation(document: ExplanationDocument, columns?: number): string {
  const {matches, device, holders} = document;
  return [
    headline(document),
    ...(matches.length === 0 ? [] : [renderTable(HEAD, matches.map(row), columns)]),
    ...aliasLines(document),
    ...holders.map(holderLine),
    ...(device === null ? [] : [deviceLine(device)]),
  ].join('\n');
}
