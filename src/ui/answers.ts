// SPDX-License-Identifier: MIT
import {durationText} from '../domain/duration.js';
import type {RememberedDocument} from '../domain/remembered.js';
import {escapeText} from '../domain/text.js';
import {dim, paintVerdict, strong, verdictPaint} from './paint.js';
import {type Cell, type Line, renderTable} from './table.js';

const HEAD = ['id', 'rule', 'answer', 'operations', 'who', 'user', 'ends'];

const quiet = (text: string): Line => ({text, paint: dim});

const program = ({exe, comm}: RememberedDocument): string => escapeText(exe ?? comm);

/** Which process or program an answer covers. */
function whoLines(answer: RememberedDocument): Line[] {
  const {pid, script, comm} = answer;
  if (pid !== null) return [{text: `process ${pid} ${escapeText(comm)}`}];
  if (script === null) return [{text: program(answer)}];
  const name = script === '' ? 'a script of unknown path' : escapeText(script);
  return [{text: name}, quiet(`run by ${program(answer)}`)];
}

function endText({lifetime, expiresAt}: RememberedDocument): string {
  if (lifetime === 'process') return 'when the process exits';
  if (expiresAt === null) return 'with its rule';
  return `in ${durationText(Math.max(0, Date.parse(expiresAt) - Date.now()))}`;
}

const row = (answer: RememberedDocument): Cell[] => [
  [{text: String(answer.id)}],
  [{text: String(answer.rule)}],
  [{text: answer.verdict, paint: verdictPaint(answer.verdict)}],
  answer.ops.map((text) => ({text})),
  whoLines(answer),
  [{text: escapeText(answer.user)}],
  [{text: endText(answer)}],
];

export const renderAnswers = (answers: readonly RememberedDocument[], columns?: number): string =>
  renderTable(HEAD, answers.map(row), columns);

/** One answer on a line, with the rule that remembers it. */
export function answerLine(answer: RememberedDocument): string {
  const who = whoLines(answer)
    .map(({text}) => text)
    .join(', ');
  const by = `${who}, user ${escapeText(answer.user)}; ends ${endText(answer)}`;
  return `${strong(`answer ${answer.id}`)} of rule ${answer.rule}: ${paintVerdict(answer.verdict)} ${answer.ops.join(', ')} by ${by}`;
}
