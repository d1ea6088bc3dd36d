// SPDX-License-Identifier: MIT
import {OPS, VERDICTS} from '../../domain/names.js';
import {type AskedPerson, type Question, timeLeft} from '../../domain/question.js';
import {escapeText} from '../../domain/text.js';
import {objectText} from '../object-text.js';
import {dim, paintVerdict, strong, warn} from '../paint.js';
import {pad, pieces, width, words} from '../width.js';
import {LIFETIME_WORDS, verdictKeys} from './keys.js';

/** How a question is shown. */
export interface ViewSettings {
  columns: number;
  rows: number;
  /** The verdict of Enter. */
  enter: number;
  now: number;
  /** Whether keys count yet. */
  ready: boolean;
  userName: (uid: number) => string;
}

/* Below this the labels are short and the keys stand close. */
const WIDE = 64;
const LABEL_CELLS = 9;
const LEAST_COLUMNS = 24;
const LEAST_LINES = 2;

/* Lines other than those of texts that may be long. */
const FIXED_LINES = 9;

/** Cuts a text to so many lines; what is left out is left out of the middle, and that shows. */
export function fold(text: string, cells: number, lines: number): string[] {
  const all = pieces(text, cells);
  if (all.length <= lines) return all;
  const head = all.slice(0, Math.ceil((lines - 1) / 2));
  const tail = all.slice(all.length - Math.floor((lines - 1) / 2));
  return [...head, `… ${all.length - head.length - tail.length} lines …`.slice(0, cells), ...tail];
}

function labelled(label: string, text: string, cells: number, lines: number): string[] {
  const folded = fold(text, cells - LABEL_CELLS, lines);
  return folded.map((line, at) => dim(pad(at === 0 ? label : '', LABEL_CELLS)) + line);
}

/** Seconds, rounded up, so that 0 means that it is over. */
const secondsLeft = ({deadline}: Question, now: number): string =>
  `${Math.ceil(timeLeft(deadline, now) / 1000)} s`;

function userText({uid, loginuid}: Question, userName: (uid: number) => string): string {
  const user = escapeText(userName(uid));
  if (loginuid === null) return `${user}, nobody logged in`;
  return loginuid === uid ? user : `${user}, logged in as ${escapeText(userName(loginuid))}`;
}

const chainText = ({parents}: AskedPerson): string =>
  parents.map(({pid, comm}) => `${escapeText(comm)}[${pid}]`).join(' < ');

function ruleText({question, rule}: AskedPerson): string {
  if (rule === undefined) return String(question.rule);
  const name = rule.name === null ? '' : ` ${escapeText(rule.name)}`;
  return `${rule.id}${name}: ${objectText(rule)}`;
}

const WIDE_LABELS: Readonly<Record<string, string>> = {
  once: 'once',
  process: 'this process',
  '10m': '10 minutes',
  forever: 'forever',
};

function keysLine(verdict: string, columns: number): string {
  const keys = verdictKeys(verdict);
  const isWide = columns >= WIDE;
  const choices = LIFETIME_WORDS.map((word, at) => {
    const label = isWide ? (WIDE_LABELS[word] ?? word) : word;
    return `${strong(keys[at] ?? '')} ${label}`;
  });
  const cell = pad(verdict, 5);
  return `${paintVerdict(verdict, cell)} ${choices.join(isWide ? '   ' : ' ')}`;
}

/* What the other keys promise, in so many words: more than this one access. */
function reachLines({question}: AskedPerson, {columns, userName}: ViewSettings): string[] {
  const {op, rule, exe, uid} = question;
  const program = exe === null ? 'its program' : escapeText(exe.slice(exe.lastIndexOf('/') + 1));
  const user = escapeText(userName(uid));
  const text = `process: every ${OPS.name(op)} of all that rule ${rule} guards, until it exits; 10m, forever: by any ${program} of ${user}`;
  return words(text, columns).map(dim);
}

function headLines({question}: AskedPerson, {columns, now}: ViewSettings): string[] {
  const {comm, pid, op, defaultVerdict} = question;
  const who = `${escapeText(comm)}[${pid}]`;
  const left = `${secondsLeft(question, now)} left, then ${VERDICTS.name(defaultVerdict)}`;
  const what = `wants to ${verb(OPS.name(op))}`;
  const line = `${who} ${what}`;
  const space = columns - width(line) - width(left);
  if (space >= 2) return [`${strong(who)} ${what}${' '.repeat(space)}${warn(left)}`];
  return [...fold(line, columns, 2).map(strong), warn(left)];
}

const VERBS: Readonly<Record<string, string>> = {
  attr: 'change attributes of',
  exec: 'execute',
  mount: 'mount or unmount at',
};
const verb = (op: string): string => VERBS[op] ?? op;

function othersLine(count: number): string {
  if (count === 0) return dim('no other question waits');
  return warn(count === 1 ? '1 other question waits' : `${count} other questions wait`);
}

const NOT_YET = 'a new question: keys count in a moment';

/** The question with all that is known, and the keys; no line is wider than the terminal. */
export function questionLines(asked: AskedPerson, settings: ViewSettings): string[] {
  const {question} = asked;
  const {newPath} = question;
  /* The cell at the edge stays free: some terminals would begin a line of their own. */
  const columns = Math.max(LEAST_COLUMNS, settings.columns - 1);
  const inner = {...settings, columns};
  const long = Math.max(LEAST_LINES, Math.floor((settings.rows - FIXED_LINES - 5) / 4));
  const field = (label: string, text: string): string[] => labelled(label, text, columns, long);
  return [
    ...headLines(asked, inner),
    ...field('file', escapeText(question.path)),
    ...(newPath === null ? [] : field('to', escapeText(newPath))),
    ...field('program', question.exe === null ? 'unknown' : escapeText(question.exe)),
    ...field('user', userText(question, settings.userName)),
    ...field('parents', chainText(asked)),
    ...field('rule', ruleText(asked)),
    othersLine(asked.others()),
    keysLine('allow', columns),
    keysLine('deny', columns),
    ...reachLines(asked, inner),
    dim(settings.ready ? `Enter: ${VERDICTS.name(settings.enter)} once   q: leave` : NOT_YET),
  ];
}
