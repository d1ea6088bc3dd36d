// SPDX-License-Identifier: MIT
import {OPS, VERDICTS} from '../../domain/names.js';
import {lastName} from '../../domain/path.js';
import {type AskedPerson, type Invocation, type Question, timeLeft} from '../../domain/question.js';
import {shellWord} from '../../domain/shell-word.js';
import {escapeComm, escapeText} from '../../domain/text.js';
import {objectText} from '../object-text.js';
import {dim, strong, verdictPaint, warn} from '../paint.js';
import {fit, pad, pieces, width, words} from '../width.js';
import {LIFETIME_WORDS, verdictKeys} from './keys.js';

/** Settings for showing a question. */
export interface ViewSettings {
  columns: number;
  rows: number;
  /** The verdict of Enter. */
  enter: number;
  now: number;
  /** Whether keys count yet. */
  ready: boolean;
  /** How the waiter was started: commandText(). */
  command: string;
  userName: (uid: number) => string;
}

/* On narrower terminals, labels are short and keys are close together. */
const WIDE = 64;
const LABEL_CELLS = 9;
const LEAST_COLUMNS = 24;
const VERDICT_CELLS = 5;
const SPARE_MAX = 6;

/* A longer command line would fill more than a screen. */
const COMMAND_CHARACTERS = 4000;

/* Long texts are first cut roughly, because measuring cells is slow. */
function shorten(text: string, cells: number): string {
  const characters = Array.from(text);
  if (characters.length <= 2 * cells) return fit(text, cells).trimEnd();
  return fit(
    [...characters.slice(0, cells), ...characters.slice(-cells)].join(''),
    cells,
  ).trimEnd();
}

/** Cuts a text to a number of lines by replacing the middle with a mark. */
export function fold(text: string, cells: number, lines: number): string[] {
  const all = pieces(text, cells);
  if (all.length <= lines) return all;
  if (lines < 3) return pieces(shorten(text, cells * lines), cells).slice(0, lines);
  const head = all.slice(0, Math.ceil((lines - 1) / 2));
  const tail = all.slice(all.length - Math.floor((lines - 1) / 2));
  return [...head, `… ${all.length - head.length - tail.length} lines …`.slice(0, cells), ...tail];
}

function labelled(label: string, text: string, cells: number, lines: number): string[] {
  const folded = fold(text, cells - LABEL_CELLS, lines);
  return folded.map((line, at) => dim(pad(at === 0 ? label : '', LABEL_CELLS)) + line);
}

/** A command line as it would be typed, safe on a terminal; a mark replaces omitted text. */
export function commandText({args, argsCut}: Invocation): string {
  if (args === null) return 'unknown';
  const text = args.map(shellWord).join(' ') + (argsCut ? ' …' : '');
  const half = COMMAND_CHARACTERS / 2;
  return text.length <= 2 * half ? text : `${text.slice(0, half)} … ${text.slice(-half)}`;
}

/** Seconds, rounded up, so that 0 means expired. */
const secondsLeft = ({deadline}: Question, now: number): string =>
  `${Math.ceil(timeLeft(deadline, now) / 1000)} s`;

function userText({uid, loginuid}: Question, userName: (uid: number) => string): string {
  const user = escapeText(userName(uid));
  if (loginuid === null) return `${user} (no login session)`;
  return loginuid === uid ? user : `${user}, logged in as ${escapeText(userName(loginuid))}`;
}

const chainText = ({parents}: AskedPerson): string =>
  parents.map(({pid, comm}) => `${escapeComm(comm)}[${pid}]`).join(' < ');

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

/* Keys and their labels, on as many lines as they need. */
function keysLines(verdict: string, columns: number): string[] {
  const isWide = columns >= WIDE;
  const gap = isWide ? '   ' : ' ';
  const lines = [verdictPaint(verdict)(pad(verdict, VERDICT_CELLS))];
  let used = VERDICT_CELLS;
  LIFETIME_WORDS.forEach((word, at) => {
    const key = verdictKeys(verdict)[at] ?? '';
    const label = isWide ? (WIDE_LABELS[word] ?? word) : word;
    const cells = gap.length + width(key) + 1 + width(label);
    const fits = used + cells <= columns;
    const before = (fits ? lines.pop() : undefined) ?? ' '.repeat(VERDICT_CELLS);
    lines.push(`${before}${gap}${strong(key)} ${label}`);
    used = (fits ? used : VERDICT_CELLS) + cells;
  });
  return lines;
}

const isScript = ({script}: Question): boolean => (script ?? null) !== null;

/* Explains what the keys other than "once" cover. */
function reachLines({question}: AskedPerson, {columns, userName}: ViewSettings): string[] {
  const {op, rule, exe, script, uid} = question;
  const name = script ?? exe;
  const program = name === null ? 'its program' : escapeText(lastName(name));
  const user = escapeText(userName(uid));
  const text = `process: every ${OPS.name(op)} covered by rule ${rule}, until the process exits; 10m, forever: for ${isScript(question) ? 'the script ' : ''}${program} run by ${user}`;
  return words(text, columns).map(dim);
}

function headLines({question}: AskedPerson, {columns, now}: ViewSettings): string[] {
  const {comm, pid, op, defaultVerdict} = question;
  const who = `${escapeComm(comm)}[${pid}]`;
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

function othersLines(count: number, columns: number): string[] {
  if (count === 0) return words('no other pending requests', columns).map(dim);
  const text = count === 1 ? '1 other pending request' : `${count} other pending requests`;
  return words(text, columns).map(warn);
}

const NOT_YET = 'new request: keys are ignored for a moment';

const enterText = ({ready, enter}: ViewSettings): string =>
  ready ? `Enter: ${VERDICTS.name(enter)} once   q: quit` : NOT_YET;

interface Block {
  lines: string[];
  /** The order in which parts are omitted on a low screen; 0: never. */
  spare: number;
}

const height = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, {lines}) => sum + lines.length, 0);

/* A screen higher than the terminal could not be overwritten. Undefined if it does not fit. */
function fitRows(blocks: readonly Block[], rows: number): string[] | undefined {
  let left = [...blocks];
  for (let spare = SPARE_MAX; spare > 0 && height(left) >= rows; spare--)
    left = left.filter((block) => block.spare !== spare);
  return height(left) < rows ? left.flatMap(({lines}) => lines) : undefined;
}

/* A text that may need several lines. */
interface Field {
  label: string;
  text: string;
  spare: number;
}

function fields(asked: AskedPerson, {command, userName}: ViewSettings): Field[] {
  const {question, invocation} = asked;
  const {path, newPath, exe} = question;
  const field = (label: string, text: string, spare = 0): Field => ({label, text, spare});
  return [
    field('file', escapeText(path)),
    ...(newPath === null ? [] : [field('to', escapeText(newPath))]),
    field('program', exe === null ? 'unknown' : escapeText(exe)),
    field('command', command, 1),
    field('folder', invocation.cwd === null ? 'unknown' : escapeText(invocation.cwd), 2),
    field('user', userText(question, userName), 3),
    field('parents', chainText(asked), 5),
    field('rule', ruleText(asked), 4),
  ];
}

/* The number of lines for each: one, then one more in turn for those that need it, while lines are left. */
function shareLines(needs: readonly number[], lines: number): number[] {
  let left = lines - needs.length;
  let shares = needs.map(() => 1);
  for (let before = -1; left > 0 && before !== left;) {
    before = left;
    shares = shares.map((share, at) =>
      share < (needs[at] ?? 0) && left-- > 0 ? share + 1 : share,
    );
  }
  return shares;
}

function fieldBlocks(list: readonly Field[], columns: number, lines: number): Block[] {
  const needs = list.map(({text}) => pieces(text, columns - LABEL_CELLS).length);
  const shares = shareLines(needs, lines);
  return list.map(({label, text, spare}, at) => ({
    lines: labelled(label, text, columns, shares[at] ?? 1),
    spare,
  }));
}

/** Shown if a question does not fit, because nobody should answer what they cannot see. */
export const tooSmall = ({columns, rows}: Pick<ViewSettings, 'columns' | 'rows'>): string[] =>
  words('a request is pending: make this window larger', Math.max(LEAST_COLUMNS, columns - 1))
    .slice(0, Math.max(1, rows - 1))
    .map(warn);

/**
 * The question with all known facts, and the keys, fitted to the terminal.
 * @returns undefined if the terminal is too small to show what the answer is about
 */
export function questionLines(asked: AskedPerson, settings: ViewSettings): string[] | undefined {
  /* The last column stays free, because some terminals wrap when it is written. */
  const columns = Math.max(LEAST_COLUMNS, settings.columns - 1);
  const inner = {...settings, columns};
  const block = (lines: string[], spare = 0): Block => ({lines, spare});
  const head = block(headLines(asked, inner));
  const rest = [
    block(othersLines(asked.others(), columns)),
    block(keysLines('allow', columns)),
    block(keysLines('deny', columns)),
    block(reachLines(asked, inner), SPARE_MAX),
    block(words(enterText(inner), columns).map(dim)),
  ];
  const room = settings.rows - 1 - height([head, ...rest]);
  const middle = fieldBlocks(fields(asked, inner), columns, room);
  return fitRows([head, ...middle, ...rest], settings.rows);
}
