// SPDX-License-Identifier: MIT
import {answerFor} from './answer.js';
import {LIFETIMES, VERDICTS} from './names.js';
import type {Answer} from './question.js';

export interface AnswerLine {
  id: string;
  answer: Answer;
}

const KEYS = ['id', 'verdict', 'lifetime'];
const ID_MAX = 2n ** 64n - 1n;

function toObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('not an object');
  return value as Record<string, unknown>;
}

function toId(id: unknown): string {
  if (typeof id === 'string' && /^\d{1,20}$/.test(id) && BigInt(id) <= ID_MAX) return id;
  throw new Error('"id" must be the id of a request, a string of digits');
}

function toVerdict(verdict: unknown): number {
  const value = typeof verdict === 'string' ? VERDICTS.value(verdict) : undefined;
  if (value === undefined) throw new Error(`"verdict" must be one of ${VERDICTS.list.join(', ')}`);
  return value;
}

/**
 * Parses a line such as {"id":"7","verdict":"deny","lifetime":"10m"}.
 * @throws Error that says what is wrong with the line
 */
export function parseAnswerLine(text: string): AnswerLine {
  const {id, verdict, lifetime = 'once', ...others} = toObject(text);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new Error(`unknown key "${unknown}"; expected one of ${KEYS.join(', ')}`);
  const line = {id: toId(id), verdict: toVerdict(verdict)};
  const answer = typeof lifetime === 'string' ? answerFor(line.verdict, lifetime) : undefined;
  if (answer !== undefined) return {id: line.id, answer};
  const words = LIFETIMES.list.filter((word) => word !== 'time').join(', ');
  throw new Error(`"lifetime" must be one of ${words}, or a time such as 10m`);
}
