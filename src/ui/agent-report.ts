// SPDX-License-Identifier: MIT
import {lifetimeWord} from '../domain/answer.js';
import {VERDICTS} from '../domain/names.js';
import type {Answer, AnswerResult, Question} from '../domain/question.js';
import {questionWords} from './decision.js';
import {dim, paintVerdict, warn} from './paint.js';
import {whoAndWhat} from '../formats/question-json.js';

interface AgentDecision {
  question: Question;
  answer: Answer | null;
  /** The entry of the policy, or null for its default. */
  entry: {line: number} | null;
  result: AnswerResult | null;
}

const whence = ({entry}: AgentDecision): string =>
  entry === null ? 'default' : `line ${entry.line}`;

/** A decision of an agent, for a person. */
export function agentLine(decision: AgentDecision): string {
  const {question, answer, result} = decision;
  const words = questionWords(question);
  if (answer === null)
    return `${warn('left to others')} ${dim(`(${whence(decision)})`)}: ${words}\n`;
  const late = result === 'late' ? ', too late' : '';
  const lifetime = result === 'once' ? 'once' : lifetimeWord(answer);
  const verdict = VERDICTS.name(answer.verdict);
  const why = dim(`(${whence(decision)}${late})`);
  return `${paintVerdict(verdict)} ${lifetime} ${why}: ${words}\n`;
}

/** The same for a program. */
export const agentDocument = (
  {question, answer, entry, result}: AgentDecision,
  userName: (uid: number) => string,
) => ({
  type: 'decision',
  ...whoAndWhat(question, userName),
  answer: answer === null ? 'ask' : VERDICTS.name(answer.verdict),
  lifetime: answer === null ? null : lifetimeWord(answer),
  line: entry?.line ?? null,
  result,
});
