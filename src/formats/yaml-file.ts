// SPDX-License-Identifier: MIT
/* YAML files that people write: what is in them, and where. */
import type {CST, Document, Node, Pair, YAMLError} from 'yaml';

import type {Mistake} from '../domain/mistake.js';
import {yaml} from './libraries.js';
import {Lines, byteMistakes} from './lines.js';
import {type Place, type WrittenFile, textMistakes} from './written-file.js';

/* A bomb of aliases is no configuration. */
const ALIASES_MAX = 100;

/* What the parser says of these is about its own interface, or needs no "at line". */
const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a file holds one',
  DUPLICATE_KEY: 'this key is there twice',
};

const keyText = (pair: Pair): string =>
  yaml().isScalar(pair.key) ? String(pair.key.value) : String(pair.key);

/* Each level is a call of the parser within another, and more than the stack takes ends the process. */
const DEPTH_MAX = 100;

class TooDeep extends Error {}

function* tokens(text: string): Generator<CST.Token> {
  const {Lexer, Parser} = yaml();
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEPTH_MAX) throw new TooDeep();
  }
  yield* parser.end();
}

/* As the library's parseDocument() does it; undefined for what is nested too deeply. */
function parse(text: string): Document | undefined {
  const {Composer, YAMLParseError} = yaml();
  try {
    const all = new Composer({prettyErrors: false}).compose(tokens(text), true, text.length);
    const [document, next] = all;
    if (document === undefined) throw new Error('a text without a document');
    if (next !== undefined) {
      const [start, end] = next.range;
      document.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', ''));
    }
    return document;
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

/** A parsed file that knows the line and column of each of its values. */
export class YamlFile implements WrittenFile {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  private readonly document: Document | undefined;
  private readonly lines: Lines;

  constructor(
    readonly path: string,
    text: string,
  ) {
    this.lines = new Lines(path, text);
    this.document = parse(text);
    const errors = this.document?.errors ?? [];
    const syntax = [...byteMistakes(this.lines, text), ...errors.map(this.syntaxMistake)];
    if (this.document === undefined) syntax.push(this.mistake([], 'it is nested too deeply'));
    if (syntax.length === 0) this.value = this.plain(syntax);
    this.mistakes = syntax.length > 0 ? syntax : textMistakes(this, text);
  }

  /** A mistake in the value at a place, or in the key that leads to it. */
  mistake(place: Place, message: string, part: 'key' | 'value' = 'value'): Mistake {
    return this.lines.mistake(this.offset(place, part), message);
  }

  /* What cannot be followed is found by following it. */
  private plain(mistakes: Mistake[]): unknown {
    try {
      return this.document?.toJS({maxAliasCount: ALIASES_MAX}) as unknown;
    } catch (error) {
      if (error instanceof ReferenceError) mistakes.push(...this.aliasMistakes());
      else throw error;
      return undefined;
    }
  }

  private aliasMistakes(): Mistake[] {
    const lost: Mistake[] = [];
    const {document} = this;
    if (document === undefined) return lost;
    yaml().visit(document, {
      Alias: (_key, alias) => {
        const message = `there is no anchor &${alias.source} before this alias`;
        if (alias.resolve(document) === undefined)
          lost.push(this.lines.mistake(alias.range?.[0] ?? 0, message));
      },
    });
    return lost.length > 0 ? lost : [this.lines.mistake(0, 'its aliases stand for far too much')];
  }

  private readonly syntaxMistake = ({code, message, pos}: YAMLError): Mistake =>
    this.lines.mistake(pos[0], SENTENCES[code] ?? message);

  /* The nearest thing above, where the value itself is not written in the file. */
  private offset(place: Place, part: 'key' | 'value'): number {
    let node: Node | null = this.document?.contents ?? null;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, step] of place.entries()) {
      const found = this.child(node, step);
      if (found === undefined) return offset;
      const isKey = part === 'key' && depth === place.length - 1;
      node = yaml().isPair(found) ? (found.value as Node | null) : found;
      const key = yaml().isPair(found) ? (found.key as Node).range?.[0] : undefined;
      offset = (isKey ? key : node?.range?.[0]) ?? key ?? offset;
    }
    return offset;
  }

  private child(node: Node | null, step: string | number): Node | Pair | undefined {
    const {isAlias, isMap, isSeq} = yaml();
    const target = isAlias(node) && this.document ? node.resolve(this.document) : node;
    if (isMap(target)) return target.items.find((pair) => keyText(pair) === String(step));
    return isSeq(target) ? (target.items[Number(step)] as Node | undefined) : undefined;
  }
}
