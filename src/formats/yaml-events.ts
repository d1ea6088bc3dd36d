// SPDX-License-Identifier: MIT
/* What the parser takes in a YAML text, and is refused all the same. */
import type {Event, ScalarEvent} from 'js-yaml';

import {yaml} from './libraries.js';

/* A bomb of aliases is no configuration. */
const TIMES_MAX = 100;

/* The last character is U+10FFFF. */
const NO_CHARACTER = /(?<!\\)(?:\\\\)*\\U(?!000|0010)/;

const anchorOf = (text: string, event: Event): string | undefined =>
  'anchorStart' in event && event.anchorStart >= 0
    ? text.slice(event.anchorStart, event.anchorEnd)
    : undefined;

/** Whether aliases, each of them followed, make far more of a text than is written. */
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
      /* What holds itself has no end. */
      sizes.set(anchor, Infinity);
      open.push({anchor, size: 1});
    }
  }
  return total > TIMES_MAX * events.length;
}

/** The text of the first value that an escape makes no character of. */
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
