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

const HEAD = ['rule', 'object', 'match', 'operation', 'process', 'otherwise'];

const kindText = ({kind, distance}: MatchDocument): string =>
  kind === 'tree' && distance > 0 ? `tree, ${distance} up` : kind;

function idLines({rule, decides}: MatchDocument): Line[] {
  return [
    {text: String(rule.id), ...(decides ? {paint: strong} : {})},
    ...(decides ? [{text: 'decides', paint: strong}] : []),
  ];
}

/* The rule that decides may expire soon. */
const ends = ({rule}: MatchDocument, now: number): Line[] =>
  endLines(rule, now).map(({text}) => ({text: `ends ${text}`, paint: dim}));

const row = (match: MatchDocument, now: number): Cell[] => [
  [...idLines(match), ...ends(match, now)],
  objectCell(match.rule),
  [{text: kindText(match)}],
  [{text: match.concerned ? 'applies' : 'does not apply'}],
  [{text: match.allowed ? 'allowed' : 'not allowed'}],
  elseCell(match.rule),
];

function headline({path, op, process, verdict, reason, why}: ExplanationDocument): string {
  const who =
    process === null ? 'a process no rule allows' : `${escapeComm(process.comm)}[${process.pid}]`;
  return `${paintVerdict(reason === 'ask' ? reason : verdict)}: ${strong(op)} of ${escapeText(path)} by ${who}: ${why}`;
}

function aliasLines({links, mounts}: ExplanationDocument): string[] {
  const names = linksText(links);
  return [
    ...(names === undefined ? [] : [`${strong('names')}    ${names}`]),
    ...mounts.map((path) => `${strong('mounted')}  ${escapeText(path)}`),
  ];
}

/* What a rule cannot prevent if it allows an executable. */
function executableLines({exe, why, rules, overwriters}: AllowedExecutable): string[] {
  const ids = `(${rules.length === 1 ? 'rule' : 'rules'} ${list(rules.map(String))})`;
  const sentences = [why, overwriterText(exe, overwriters) ?? []].flat();
  return sentences.map((sentence) => `${warn('by exe:')} ${escapeText(sentence)} ${ids}`);
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

const guardedText = ({path, guarded}: Bypass): string =>
  `${escapeText(path)}${guarded ? ' (guarded)' : ''}`;

/* Opening one of them gives access to the file's data, whatever the rules say. */
function beneathLines({beneath}: ExplanationDocument): string[] {
  if (beneath.length === 0) return [];
  const bytes = `its data is on ${list(beneath.map(guardedText))}`;
  const open = beneath.filter(({guarded}) => !guarded).map(({path}) => shellWord(path));
  if (open.length === 0) return [`${strong('beneath')}  ${bytes}`];
  const which = beneath.length === 1 ? 'that' : 'one of them';
  const names = open.length === 1 ? 'it under that name' : 'them under those names';
  return [
    `${warn('beneath:')} ${bytes}: anyone who can open ${which} bypasses every rule about files; guard ${names}: fguard protect ${open.join(' ')}`,
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
