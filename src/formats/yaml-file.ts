// SPDX-License-Identifier: MIT
/* YAML files that people write: their values and the positions of these. */
import type {Event, YAMLException} from 'js-yaml';

import type {Mistake} from '../domain/mistake.js';
import {yaml} from './libraries.js';
import {Lines, breakMistakes, byteMistakes} from './lines.js';
import {type Place, type WrittenFile, textMistakes} from './written-file.js';
import {VALUES_MAX, holdsTooMuch, isBomb, noCharacter} from './yaml-events.js';
import {yamlSentence} from './yaml-sentences.js';
import {type YamlSpot, YamlSpots, followed} from './yaml-spots.js';

/* The parser is recursive: each level is a nested call. */
const DEPTH_MAX = 100;

/* The parser notices a missing colon only on a later line. */
const NO_COLON = /^expected ':'|multiline key/;
const LINES_BACK = 3;

type Outcome = {events: Event[]} | {error: YAMLException};

function attempt<T>(act: () => T): T | YAMLException {
  try {
    return act();
  } catch (error) {
    if (error instanceof yaml().YAMLException) return error;
    throw error;
  }
}

function parse(text: string): Outcome {
  const outcome = attempt(() => yaml().parseEvents(text, {maxDepth: DEPTH_MAX}));
  return Array.isArray(outcome) ? {events: outcome} : {error: outcome};
}

/* The same error in the shortest beginning of the text that still has it. */
function earliest(text: string, error: YAMLException): YAMLException {
  let found = error;
  for (let line = 0; line < LINES_BACK && NO_COLON.test(found.reason); line++) {
    const end = text.lastIndexOf('\n', (found.mark?.position ?? 0) - 1);
    const outcome = end < 0 ? undefined : parse(text.slice(0, end));
    if (outcome === undefined || !('error' in outcome)) break;
    if (!NO_COLON.test(outcome.error.reason)) break;
    found = outcome.error;
  }
  return found;
}

/** A parsed file that knows the line and column of each of its values. */
export class YamlFile implements WrittenFile {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  private readonly lines: Lines;
  private readonly text: string;
  private spots: YamlSpots | undefined;

  constructor(
    readonly path: string,
    text: string,
  ) {
    this.lines = new Lines(path, text);
    const bytes = byteMistakes(this.lines, text);
    /* Those bytes are reported already; replacing them lets the rest be checked. */
    this.text = bytes.length === 0 ? text : text.replace(/\p{Cs}/gu, '\ufffd');
    const breaks = [...breakMistakes(this.lines, text), ...this.tooMuch()];
    const syntax = [...bytes, ...breaks];
    const value = breaks.length === 0 ? this.read(syntax) : undefined;
    if (syntax.length === 0) this.value = value;
    this.mistakes = syntax.length > 0 ? syntax : textMistakes(this, text);
  }

  /** An error in the value at a place, or in its key. */
  mistake(place: Place, message: string, part: 'key' | 'value' = 'value'): Mistake {
    return this.lines.mistake(this.offset(place, part), message);
  }

  private tooMuch(): Mistake[] {
    if (!holdsTooMuch(this.text)) return [];
    const message = `there are more than ${VALUES_MAX} values; use JSON, or several files`;
    return [this.lines.mistake(0, message)];
  }

  /* Returns the value, or adds the errors of the text. */
  private read(mistakes: Mistake[]): unknown {
    const {text} = this;
    const outcome = parse(text);
    if ('error' in outcome) {
      mistakes.push(this.refused(earliest(text, outcome.error)));
      return undefined;
    }
    const {events} = outcome;
    const odd = this.odd(events);
    if (odd !== undefined) mistakes.push(odd);
    else return this.make(events, mistakes);
    return undefined;
  }

  private odd(events: Event[]): Mistake | undefined {
    const {EVENT_ID} = yaml();
    if (events.filter(({type}) => type === EVENT_ID.DOCUMENT).length > 1) {
      const at = new YamlSpots(this.text, events).second ?? 0;
      return this.lines.mistake(at, 'a second document begins here; a file can contain only one');
    }
    const bad = noCharacter(this.text, events);
    if (bad !== undefined)
      return this.lines.mistake(
        bad.valueStart - 1,
        'an escape in this text does not stand for a character',
      );
    if (!isBomb(this.text, events)) return undefined;
    return this.lines.mistake(0, 'its aliases expand to too much data');
  }

  private make(events: Event[], mistakes: Mistake[]): unknown {
    const {CORE_SCHEMA, constructFromEvents} = yaml();
    const made = attempt(() =>
      constructFromEvents(events, {source: this.text, schema: CORE_SCHEMA}),
    );
    if (Array.isArray(made)) return made[0] ?? null;
    const faults = new YamlSpots(this.text, events).faults();
    if (faults.length === 0) mistakes.push(this.refused(made));
    for (const {at, message} of faults) mistakes.push(this.lines.mistake(at, message));
    return undefined;
  }

  private refused({reason, mark}: YAMLException): Mistake {
    const at = mark?.position ?? 0;
    return this.lines.mistake(at, yamlSentence(reason, this.text, at));
  }

  private get root(): YamlSpot | undefined {
    if (this.spots === undefined) {
      const outcome = parse(this.text);
      this.spots = new YamlSpots(this.text, 'events' in outcome ? outcome.events : []);
    }
    return this.spots.root;
  }

  /* If the value itself is missing, the position of its nearest parent. */
  private offset(place: Place, part: 'key' | 'value'): number {
    let spot = this.root;
    let offset = spot?.at ?? 0;
    for (const [depth, step] of place.entries()) {
      const found = spot && child(spot, step);
      if (found === undefined) return offset;
      spot = found.value;
      const isKey = part === 'key' && depth === place.length - 1;
      offset = isKey ? (found.key ?? spot).at : spot.at;
    }
    return offset;
  }
}

interface Child {
  key: YamlSpot | undefined;
  value: YamlSpot;
}

function child(spot: YamlSpot, step: string | number): Child | undefined {
  const {kind, parts} = followed(spot) ?? spot;
  const isKey = (part: YamlSpot, index: number): boolean =>
    index % 2 === 0 && (followed(part) ?? part).text === String(step);
  const at = kind === 'map' ? parts.findIndex(isKey) + 1 : Number(step);
  const value = kind === 'map' && at === 0 ? undefined : parts[at];
  return value && {key: kind === 'map' ? parts[at - 1] : undefined, value};
}
