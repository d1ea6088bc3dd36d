// SPDX-License-Identifier: MIT
/* Positions of the values of a YAML text, needed only to report errors. */
import type {AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent} from 'js-yaml';

import {yaml} from './libraries.js';

/** A value or key, and its position. */
export interface YamlSpot {
  readonly at: number;
  readonly kind: 'alias' | 'list' | 'map' | 'text';
  /** The items of a list, or the keys and values of a map in turn. */
  readonly parts: YamlSpot[];
  /** The text of a scalar, or the name of an alias. */
  readonly text: string;
  /** The value that an alias refers to. */
  readonly target?: YamlSpot | undefined;
}

/** An error and its position. */
export interface YamlFault {
  at: number;
  message: string;
}

type Collection = MappingEvent | SequenceEvent;
type Anchored = Collection | ScalarEvent;

/* Skips white space and comments. */
function afterSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    if (text[at] === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (!' \t\r\n\ufeff'.includes(text[at] ?? '')) break;
  }
  return at;
}

/* The key that the parser makes of it: 1.0 becomes 1. */
function textOf(text: string, event: ScalarEvent): string {
  const {EVENT_ID, SCALAR_STYLE, constructFromEvents, getScalarValue} = yaml();
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return getScalarValue(text, event);
  const start = {type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: []};
  return String(constructFromEvents([start, event, {type: EVENT_ID.POP}], {source: text})[0]);
}

/** Collects the positions of all values in one pass through the events. */
export class YamlSpots {
  root: YamlSpot | undefined;
  /** The position of a second document. */
  second: number | undefined;
  private readonly all: YamlSpot[] = [];
  private readonly anchors = new Map<string, YamlSpot>();
  private readonly open: YamlSpot[] = [];
  private readonly library = yaml();
  private documents = 0;
  /* Events of empty values have no position; they are taken to be after the previous value. */
  private end = 0;

  constructor(
    private readonly text: string,
    events: readonly Event[],
  ) {
    for (const event of events) this.add(event);
  }

  /** Errors that are not syntax errors, but keep a value from being constructed. */
  faults(): YamlFault[] {
    return this.all.flatMap((spot) => {
      if (spot.kind === 'map') return this.keyFaults(spot);
      if (spot.kind !== 'alias' || spot.target !== undefined) return [];
      const message = `no anchor &${spot.text} before this alias; if this is meant as text, quote it`;
      return [{at: spot.at, message}];
    });
  }

  private keyFaults({parts}: YamlSpot): YamlFault[] {
    const seen = new Set<string>();
    return parts.flatMap((part, index) => {
      if (index % 2 === 1) return [];
      const {kind, text} = followed(part) ?? part;
      if (kind !== 'text')
        return [{at: part.at, message: 'a key must be text, not a list or a map'}];
      if (seen.has(text)) return [{at: part.at, message: 'this key appears twice'}];
      seen.add(text);
      return [];
    });
  }

  private add(event: Event): void {
    const {EVENT_ID} = this.library;
    if (event.type === EVENT_ID.DOCUMENT) this.document();
    else if (event.type === EVENT_ID.SCALAR) this.scalar(event);
    else if (event.type === EVENT_ID.ALIAS) this.alias(event);
    else if (event.type === EVENT_ID.POP) this.close();
    else this.collection(event);
  }

  private document(): void {
    this.anchors.clear();
    if (++this.documents !== 2) return;
    const at = afterSpace(this.text, this.end);
    this.second = this.text.startsWith('...', at) ? afterSpace(this.text, at + 3) : at;
  }

  private put(spot: YamlSpot, event?: Anchored): void {
    if (event !== undefined && event.anchorStart >= 0)
      this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), spot);
    const above = this.open.at(-1);
    if (above === undefined) this.root ??= spot;
    else above.parts.push(spot);
    this.all.push(spot);
  }

  private alias({anchorStart, anchorEnd}: AliasEvent): void {
    const text = this.text.slice(anchorStart, anchorEnd);
    const target = this.anchors.get(text);
    this.put({at: anchorStart - 1, kind: 'alias', parts: [], text, target});
    this.end = anchorEnd;
  }

  private collection(event: Collection): void {
    const kind = event.type === this.library.EVENT_ID.MAPPING ? 'map' : 'list';
    const spot: YamlSpot = {at: event.start, kind, parts: [], text: ''};
    this.put(spot, event);
    this.open.push(spot);
    this.end = event.start + ('[{'.includes(this.text[event.start] ?? ' ') ? 1 : 0);
  }

  private scalar(event: ScalarEvent): void {
    const {style, valueStart, valueEnd} = event;
    const {SINGLE_QUOTED, DOUBLE_QUOTED, LITERAL_BLOCK, FOLDED_BLOCK} = this.library.SCALAR_STYLE;
    const quote = style === SINGLE_QUOTED || style === DOUBLE_QUOTED ? 1 : 0;
    const before = Math.max(event.anchorEnd, event.tagEnd, this.behindSign());
    const isBlock = style === LITERAL_BLOCK || style === FOLDED_BLOCK;
    const shown = isBlock ? afterSpace(this.text, before) : valueStart - quote;
    const at = valueStart < 0 ? before : shown;
    this.put({at, kind: 'text', parts: [], text: textOf(this.text, event)}, event);
    this.end = valueStart < 0 ? before : valueEnd + quote;
  }

  /* Skips the sign before a value, if there is one. */
  private behindSign(): number {
    if (this.open.length === 0) return this.end;
    const at = afterSpace(this.text, this.end);
    return this.text[at] === ':' || this.text[at] === '-' ? at + 1 : this.end;
  }

  /* A pair in a list needs no brackets of its own. */
  private close(): void {
    const spot = this.open.pop();
    if (spot === undefined) return;
    const closing = {'[': ']', '{': '}'}[this.text[spot.at] ?? ''];
    if (closing === undefined) return;
    const at = afterSpace(this.text, this.end);
    const behind = this.text[at] === ',' ? afterSpace(this.text, at + 1) : at;
    if (this.text[behind] === closing) this.end = behind + 1;
  }
}

/** The value that an alias refers to; anything else unchanged. */
export const followed = (spot: YamlSpot): YamlSpot | undefined =>
  spot.kind === 'alias' ? spot.target : spot;
