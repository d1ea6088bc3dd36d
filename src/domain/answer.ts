// SPDX-License-Identifier: MIT
import {fguard_lifetime as LIFETIME} from './uapi.gen.js';
import {exactDuration, parseDuration} from './duration.js';
import {LIFETIMES} from './names.js';
import type {Answer} from './question.js';

/** An answer for this access only. */
export const once = (verdict: number): Answer => ({
  verdict,
  lifetime: LIFETIME.FGUARD_LIFETIME_ONCE,
  ttl: 0,
});

/** An answer with the given lifetime: once, process, forever, or a time such as 10m. */
export function answerFor(verdict: number, word: string): Answer | undefined {
  const lifetime = LIFETIMES.value(word);
  const named = lifetime !== undefined && lifetime !== LIFETIME.FGUARD_LIFETIME_TIME;
  if (named) return {verdict, lifetime, ttl: 0};
  const ttl = parseDuration(word);
  return ttl === undefined ? undefined : {verdict, lifetime: LIFETIME.FGUARD_LIFETIME_TIME, ttl};
}

/** The word for an answer's lifetime. */
export const lifetimeWord = ({lifetime, ttl}: Answer): string =>
  lifetime === LIFETIME.FGUARD_LIFETIME_TIME ? exactDuration(ttl) : LIFETIMES.name(lifetime);
