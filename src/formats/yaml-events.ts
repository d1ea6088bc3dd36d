// SPDX-License-Identifier: MIT
/* Checks for YAML that the parser accepts, but we do not. */
import type {Event, ScalarEvent} from 'js-yaml';

import {yaml} from './libraries.js';

/* Limit against alias bombs: how much larger the value may be than its text. */
const TIMES_MAX = 100;

/* Escapes beyond the last code point, U+10FFFF. */
const NO_CHARACTER = /(?<!\\)(?:\\\\)*\\U(?!000|0010)/;

/* Each takes several hundred bytes during parsing. */
export const VALUES_MAX = 2_000_000;

const VALUE_SIGNS = new Set(['-', ':', '?'].map((sign) => sign.charCodeAt(0)));
const FLOW_SIGNS = new Set([',', '[', '{'].map((sign) => sign.charCodeAt(0)));
const QUOTES = new Set(['"', "'"].map((sign) => sign.charCodeAt(0)));
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** Whether a text may contain too many values: a check before the parser allocates memory for each. */
export function holdsTooMuch(text: string): boolean {
  if (text.length <= VALUES_MAX) return false;
  let values = 0;
  let before = 32;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (FLOW_SIGNS.has(code)) values++;
    else if (VALUE_SIGNS.has(code)) {
      const isAlone = at + 1 === text.length || isSpace(text.charCodeAt(at + 1));
      if (isAlone || QUOTES.has(before)) values++;
    }
    if (values > VALUES_MAX) return true;
    before = code;
  }
  return false;
}

const anchorOf = (text: string, event: Event): string | undefined =>
  'anchorStart' in event && event.anchorStart >= 0
    ? text.slice(event.anchorStart, event.anchorEnd)
    : undefined;

/** Whether aliases expand to much more data than the text contains. */
export function isBomb(text: string, events: readonly Event[]): boolean {
  const {EVENT_ID} = yaml();
  if (!events.some(({type}) => type === EVENT_ID.ALIAS)) return false;
  const sizes = new Map<string | undefined, number>();
  const open: {anchor: string | undefined; size: number}[] = [];
  let total = 0;
  const add = (size: number): void => {
    const above = open.at(-1);
    if (above === undefined) total += size;
    else above.size += size;
  };
  for (const event of events) {
    const anchor = anchorOf(text, event);
    if (event.type === EVENT_ID.ALIAS) add(sizes.get(anchor) ?? 1);
    else if (event.type === EVENT_ID.POP) {
      const {anchor: own, size} = open.pop() ?? {anchor: undefined, size: 0};
      sizes.set(own, size);
      add(size);
    } else if (event.type === EVENT_ID.SCALAR) {
      sizes.set(anchor, 1);
      add(1);
    } else {
      /* A value that contains itself is infinite. */
      sizes.set(anchor, Infinity);
      open.push({anchor, size: 1});
    }
  }
  return total > TIMES_MAX * events.length;
}

/** The first value with an escape that does not stand for a character. */
export function noCharacter(text: string, events: readonly Event[]): ScalarEvent | undefined {
  const {EVENT_ID, SCALAR_STYLE} = yaml();
  if (!NO_CHARACTER.test(text)) return undefined;
  return events.find(
    (event): event is ScalarEvent =>
      event.type === EVENT_ID.SCALAR &&
      event.style === SCALAR_STYLE.DOUBLE_QUOTED &&
      NO_CHARACTER.test(text.slice(event.valueStart, event.valueEnd)),
  );
}
