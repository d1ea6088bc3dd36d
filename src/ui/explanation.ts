// SPDX-License-Identifier: MIT
import type {AllowedExecutable} from '../domain/explanation.js';
import type {Bypass} from '../domain/object.js';
import {overwriterText} from '../domain/overwriter.js';
import {shellWord} from '../domain/shell-word.js';
import {escapeComm, escapeText} from '../domain/text.js';
import {answerLine} from './answers.js';
import type {ExplanationDocument, MatchDocument} from '../formats/explanation-document.js';
import {dim, paintVerdict, strong, warn} from './paint.js';
import {holderLines, linksText} from './protected.js';
import {elseCell, endLines, objectCell} from './rules-table.js';
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

/* What decides now may be over soon. */
const ends = ({rule}: MatchDocument, now: number): Line[] =>
  endLines(rule, now).map(({text}) => ({text: `ends ${text}`, paint: dim}));

const row = (match: MatchDocument, now: number): Cell[] => [
  [...idLines(match), ...ends(match, now)],
  objectCell(match.rule),
  [{text: kindText(match)}],
  [{text: match.concerned ? 'concerned' : 'not concerned'}],
  [{text: match.allowed ? 'let in' : 'not let in'}],
  elseCell(match.rule),
];

function headline({path, op, process, verdict, reason, why}: ExplanationDocument): string {
  const who = process === null ? 'a stranger' : `${escapeComm(process.comm)}[${process.pid}]`;
  return `${paintVerdict(reason === 'ask' ? reason : verdict)}: ${strong(op)} of ${escapeText(path)} by ${who}: ${why}`;
}

function aliasLines({links, mounts}: ExplanationDocument): string[] {
  const names = linksText(links);
  return [
    ...(names === undefined ? [] : [`${strong('names')}    ${names}`]),
    ...mounts.map((path) => `${strong('mounted')}  ${escapeText(path)}`),
  ];
}

/* What a rule that lets in an executable cannot keep out. */
function executableLines({exe, why, rules, overwriters}: AllowedExecutable): string[] {
  const ids = `(${rules.length === 1 ? 'rule' : 'rules'} ${list(rules.map(String))})`;
  const sentences = [why, overwriterText(exe, overwriters) ?? []].flat();
  return sentences.map((sentence) => `${warn('by exe:')} ${escapeText(sentence)} ${ids}`);
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

const guardedText = ({path, guarded}: Bypass): string =>
  `${escapeText(path)}${guarded ? ' (guarded)' : ''}`;

/* Who opens one of them has all that is in the file, whatever the rules say. */
function beneathLines({beneath}: ExplanationDocument): string[] {
  if (beneath.length === 0) return [];
  const bytes = `its bytes lie on ${list(beneath.map(guardedText))}`;
  const open = beneath.filter(({guarded}) => !guarded).map(({path}) => shellWord(path));
  if (open.length === 0) return [`${strong('beneath')}  ${bytes}`];
  const which = beneath.length === 1 ? 'that' : 'one of them';
  const names = open.length === 1 ? 'it under that name' : 'them under those names';
  return [
    `${warn('beneath:')} ${bytes}: who may open ${which} passes every rule about files; \`fguard protect ${open.join(' ')}\` guards ${names}`,
  ];
}

/** An explanation for a person. */
export function renderExplanation(document: ExplanationDocument, columns?: number): string {
  const {matches, holders} = document;
  const now = Date.now();
  const rows = matches.map((match) => row(match, now));
  return [
    headline(document),
    ...(matches.length === 0 ? [] : [renderTable(HEAD, rows, columns)]),
    ...document.answers.map(answerLine),
    ...document.executables.flatMap(executableLines),
    ...aliasLines(document),
    ...holderLines(holders),
    ...beneathLines(document),
  ].join('\n');
}
