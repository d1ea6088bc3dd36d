// SPDX-License-Identifier: MIT
import {OPS, VERDICTS} from '../domain/names.js';
import type {AccessRecord, EventRecord, GapRecord} from '../domain/records.js';
import {clockTime} from '../domain/time.js';
import {askedText, gapWords, objectText, ruleText, whoText} from '../formats/event-words.js';
import {dim, strong, verdictPaint, warn} from './paint.js';
import {fit, pad, pieces, width} from './width.js';

type UserName = (uid: number) => string;

const WIDE = 100;
const TIME_CELLS = 12;
const VERDICT_CELLS = 5;
const OP_CELLS = 8;
const REASON_CELLS = 12;
const WHO_CELLS = {wide: 30, narrow: 22};
const INDENT = '    ';

/*
 * Text that does not fit is wrapped here onto indented lines. If the terminal wrapped it,
 * a path could be chosen such that its end looks like another event.
 */
function place(left: string, used: number, object: string, columns: number): string {
  if (used + 1 + width(object) <= columns) return `${left} ${object}\n`;
  const lines = pieces(object, Math.max(1, columns - INDENT.length));
  return [left, ...lines.map((line) => INDENT + line)].join('\n') + '\n';
}

function accessLine(record: AccessRecord, userName: UserName, columns: number): string {
  const verdict = VERDICTS.name(record.verdict);
  const whoCells = columns >= WIDE ? WHO_CELLS.wide : WHO_CELLS.narrow;
  const cells = [
    dim(clockTime(record.time)),
    verdictPaint(verdict)(pad(verdict, VERDICT_CELLS)),
    pad(OPS.name(record.op), OP_CELLS),
    strong(fit(whoText(record, userName), whoCells)),
  ];
  let used = TIME_CELLS + VERDICT_CELLS + OP_CELLS + whoCells + 3;
  if (columns >= WIDE) {
    cells.push(dim(pad(ruleText(record), REASON_CELLS)));
    used += REASON_CELLS + 1;
  }
  const object = askedText(record, columns >= WIDE) + objectText(record);
  return place(cells.join(' '), used, object, columns);
}

const gapLine = (record: GapRecord): string =>
  `${dim(clockTime(record.from))} ${warn(gapWords(record))}\n`;

/** An event for a person, for a number of columns. */
export const eventLine = (record: EventRecord, userName: UserName, columns: number): string =>
  record.type === 'gap' ? gapLine(record) : accessLine(record, userName, columns);
