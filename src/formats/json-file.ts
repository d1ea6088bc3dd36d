// SPDX-License-Identifier: MIT
import {type JsonSpot, jsonMembers, jsonStart, jsonTwins} from './json-text.js';
import type {Mistake} from '../domain/mistake.js';
import {byteMistakes, Lines} from './lines.js';
import {type Place, type WrittenFile, textMistakes} from './written-file.js';

/** The value of a JSON text; undefined if it is not JSON, such as YAML. */
export function parseJson(text: string): {value: unknown} | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return {value: JSON.parse(text) as unknown};
  } catch {
    return undefined;
  }
}

/** A JSON file; positions are looked up only to report errors. */
export class JsonFile implements WrittenFile {
  readonly mistakes: readonly Mistake[];
  private readonly lines: Lines;
  /* Cached, because a long list may have an error in every item. */
  private readonly members = new Map<number, Map<string, JsonSpot>>();

  constructor(
    readonly path: string,
    private readonly text: string,
    readonly value: unknown,
  ) {
    this.lines = new Lines(path, text);
    const twins = jsonTwins(text).map((at) => this.lines.mistake(at, 'this key appears twice'));
    this.mistakes = [...byteMistakes(this.lines, text), ...twins, ...textMistakes(this, text)];
  }

  mistake(place: Place, message: string, part: 'key' | 'value' = 'value'): Mistake {
    return this.lines.mistake(this.offset(place, part), message);
  }

  /* If the value itself is missing, the position of its nearest parent. */
  private offset(place: Place, part: 'key' | 'value'): number {
    let spot: JsonSpot = {at: jsonStart(this.text), key: undefined};
    for (const [depth, step] of place.entries()) {
      const found = this.membersAt(spot.at).get(String(step));
      if (found === undefined) return spot.at;
      if (part === 'key' && depth === place.length - 1 && found.key !== undefined) return found.key;
      spot = found;
    }
    return spot.at;
  }

  private membersAt(at: number): Map<string, JsonSpot> {
    const known = this.members.get(at) ?? jsonMembers(this.text, at);
    this.members.set(at, known);
    return known;
  }
}
