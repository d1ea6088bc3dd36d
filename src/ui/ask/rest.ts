// SPDX-License-Identifier: MIT
import {VERDICTS} from '../../domain/names.js';
import type {Rest} from '../../domain/question.js';

const questions = (count: number): string =>
  count === 1 ? '1 pending request' : `${count} pending requests`;

/** What happened to requests that were pending when an answerer left; undefined if there were none. */
export function restText({waiting, others, verdict}: Rest): string | undefined {
  if (waiting === 0) return undefined;
  if (verdict !== undefined)
    return `${questions(waiting)}: answered ${VERDICTS.name(verdict)} once`;
  if (others > 0) return `${questions(waiting)}: left to the other answerers`;
  return `${questions(waiting)}: ended with the default of the rules`;
}
