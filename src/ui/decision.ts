// SPDX-License-Identifier: MIT
import {OPS, VERDICTS} from '../domain/names.js';
import type {Question} from '../domain/question.js';
import {escapeComm, escapeText} from '../domain/text.js';
import {paintVerdict, strong, warn} from './paint.js';

/** A question as a sentence: process, operation, file. */
export function questionWords({comm, pid, op, path, newPath}: Question): string {
  const to = newPath === null ? '' : ` -> ${escapeText(newPath)}`;
  return `${strong(`${escapeComm(comm)}[${pid}]`)} ${OPS.name(op)} ${escapeText(path)}${to}`;
}

interface Decision {
  question: Question;
  verdict: number | undefined;
  problem?: string;
}

/** A decision of a program, for a person. */
export function decisionLine({question, verdict, problem}: Decision): string {
  const name = verdict === undefined ? undefined : VERDICTS.name(verdict);
  const what = name === undefined ? warn('no answer') : paintVerdict(name);
  const why = problem === undefined ? '' : ` (${escapeText(problem)})`;
  return `${what}${why}: ${questionWords(question)}\n`;
}

/** The same for a program: the answer, or that there is none. */
export function decisionDocument({question: {id}, verdict, problem}: Decision) {
  if (verdict === undefined) return {type: 'unanswered', id, problem: problem ?? ''};
  return {type: 'answer', id, verdict: VERDICTS.name(verdict), lifetime: 'once'};
}
