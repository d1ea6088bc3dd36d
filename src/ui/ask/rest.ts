// SPDX-License-Identifier: MIT
import {VERDICTS} from '../../domain/names.js';
import type {Rest} from '../../domain/question.js';

const questions = (count: number): string =>
  count === 1 ? 'the question that waited' : `the ${count} questions that waited`;

/** What became of what waited when an answerer left; undefined if nothing waited. */
export function restText({waiting, others, verdict}: Rest): string | undefined {
  if (waiting === 0) return undefined;
  if (verdict !== undefined)
    return `${questions(waiting)}: answered with ${VERDICTS.name(verdict)}, once`;
  if (others > 0) return `${questions(waiting)}: left to the other answerers`;
  return `${questions(waiting)}: ended now, as the rules say by default`;
}
