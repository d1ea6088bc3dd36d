// SPDX-License-Identifier: MIT
/* YAML files that people write: what is in them, and where. */
import {readFileSync} from 'node:fs';
import {
  type Document,
  LineCounter,
  type Node,
  type Pair,
  type YAMLError,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';

import type {Mistake} from '../domain/mistake.js';
import {decodePath, encodePath, escapeText} from '../domain/text.js';
import {errnoText} from '../errno.js';
import {UserError, notPermitted} from '../errors.js';
import {errorCode} from './files.js';
import {withSudo} from './guard.js';

/** The keys and indices that lead from the top of a file to a value. */
export type Place = readonly (string | number)[];

/* A bomb of aliases is no configuration. */
const ALIASES_MAX = 100;

/* What the parser says of these is about its own interface, or needs no "at line". */
const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a file holds one',
  DUPLICATE_KEY: 'this key is there twice',
};

const keyText = (pair: Pair): string =>
  isScalar(pair.key) ? String(pair.key.value) : String(pair.key);

/** A parsed file that knows the line and column of each of its values. */
export class YamlFile {
  /** The whole content as plain values; undefined if the syntax is wrong. */
  readonly value: unknown;
  /** Mistakes of syntax. */
  readonly mistakes: readonly Mistake[];
  private readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    readonly path: string,
    text: string,
  ) {
    const options = {lineCounter: this.lines, prettyErrors: false};
    this.document = parseDocument(text, options);
    const syntax = [...this.byteMistakes(text), ...this.document.errors.map(this.syntaxMistake)];
    this.mistakes = syntax.length > 0 ? syntax : this.aliasMistakes();
    if (this.mistakes.length === 0)
      this.value = this.document.toJS({maxAliasCount: ALIASES_MAX}) as unknown;
  }

  /** A mistake in the value at a place, or in the key that leads to it. */
  mistake(place: Place, message: string, part: 'key' | 'value' = 'value'): Mistake {
    return this.mistakeAt(this.offset(place, part), message);
  }

  /* What cannot be followed is found by following it. */
  private aliasMistakes(): Mistake[] {
    try {
      this.document.toJS({maxAliasCount: ALIASES_MAX});
      return [];
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
    }
    const lost: Mistake[] = [];
    visit(this.document, {
      Alias: (_key, alias) => {
        const message = `there is no anchor &${alias.source} before this alias`;
        if (alias.resolve(this.document) === undefined)
          lost.push(this.mistakeAt(alias.range?.[0] ?? 0, message));
      },
    });
    return lost.length > 0 ? lost : [this.mistakeAt(0, 'its aliases stand for far too much')];
  }

  private readonly syntaxMistake = ({code, message, pos}: YAMLError): Mistake =>
    this.mistakeAt(pos[0], SENTENCES[code] ?? message);

  /* The first byte only: a file in another encoding is full of them. */
  private byteMistakes(text: string): Mistake[] {
    const at = text.search(/[\ud800-\udfff]/u);
    if (at < 0) return [];
    const byte = escapeText(text.charAt(at));
    const remedy = 'in a name, write it as "\\udcNN" between double quotes';
    return [this.mistakeAt(at, `the byte ${byte} is not UTF-8; ${remedy}`)];
  }

  private mistakeAt(offset: number, message: string): Mistake {
    const {line, col} = this.lines.linePos(offset);
    return {file: this.path, line: Math.max(line, 1), column: Math.max(col, 1), message};
  }

  /* The nearest thing above, where the value itself is not written in the file. */
  private offset(place: Place, part: 'key' | 'value'): number {
    let node = this.document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, step] of place.entries()) {
      const found = this.child(node, step);
      if (found === undefined) return offset;
      const isKey = part === 'key' && depth === place.length - 1;
      node = isPair(found) ? (found.value as Node | null) : found;
      const key = isPair(found) ? (found.key as Node).range?.[0] : undefined;
      offset = (isKey ? key : node?.range?.[0]) ?? key ?? offset;
    }
    return offset;
  }

  private child(node: Node | null, step: string | number): Node | Pair | undefined {
    const target = isAlias(node) ? node.resolve(this.document) : node;
    if (isMap(target)) return target.items.find((pair) => keyText(pair) === String(step));
    return isSeq(target) ? (target.items[Number(step)] as Node | undefined) : undefined;
  }
}

/** Reads a file; its mistakes are in it. Throws if it cannot be read. */
export function readYamlFile(path: string): YamlFile {
  try {
    return new YamlFile(path, decodePath(readFileSync(encodePath(path))));
  } catch (error) {
    const code = errorCode(error);
    if (code === '' || code.startsWith('ERR_')) throw error;
    const message = `cannot read ${path}: ${errnoText(code)}`;
    throw code === 'EACCES' ? notPermitted(message, [withSudo()]) : new UserError(code, message);
  }
}
