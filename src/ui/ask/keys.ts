// SPDX-License-Identifier: MIT
import {answerFor, once} from '../../domain/answer.js';
import {VERDICTS} from '../../domain/names.js';
import type {Answer} from '../../domain/question.js';

/** A key as readline names it. */
export interface Key {
  name?: string | undefined;
  sequence?: string | undefined;
  ctrl: boolean;
}

/** The lifetimes to choose from, in the order of their keys. */
export const LIFETIME_WORDS = ['once', 'process', '10m', 'forever'] as const;

const ALLOW_KEYS = ['1', '2', '3', '4'] as const;
const DENY_KEYS = ['5', '6', '7', '8'] as const;

/** The keys of a verdict, one for each lifetime. */
export const verdictKeys = (verdict: string): readonly string[] =>
  verdict === 'allow' ? ALLOW_KEYS : DENY_KEYS;

const CHOICES = new Map<string, Answer>(
  VERDICTS.list.flatMap((name) =>
    LIFETIME_WORDS.flatMap((word, index): [string, Answer][] => {
      const answer = answerFor(VERDICTS.value(name) ?? 0, word);
      return answer === undefined ? [] : [[verdictKeys(name)[index] ?? '', answer]];
    }),
  ),
);

/** Ctrl-C and Ctrl-D are handled elsewhere. */
export const isQuit = ({name, ctrl}: Key): boolean => !ctrl && name === 'q';

/**
 * The answer of a key; undefined for a key without a meaning.
 * @param enter the verdict of Enter, for this access only
 */
export function keyAnswer({name, sequence, ctrl}: Key, enter: number): Answer | undefined {
  if (ctrl) return undefined;
  if (name === 'return' || name === 'enter') return once(enter);
  return CHOICES.get(sequence ?? '');
}
