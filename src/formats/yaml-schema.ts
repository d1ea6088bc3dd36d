// SPDX-License-Identifier: MIT
/* Checks a file against a JSON schema, and reports errors in plain sentences with positions. */
import type {AnySchemaObject, ErrorObject, ValidateFunction} from 'ajv';
import {readFileSync} from 'node:fs';

import {closest} from '../domain/closest.js';
import type {Mistake} from '../domain/mistake.js';
import {ajv} from './libraries.js';
import {packageFile} from '../linux/package-root.js';
import type {Place, WrittenFile} from './written-file.js';

/** Messages for unknown keys that users might expect. */
export type KeyHints = Readonly<Record<string, string>>;

/** A compiled schema of this package. */
export interface Schema {
  /** Stops at the first error. */
  isRight: ValidateFunction;
  /** Finds all errors. */
  findAll: ValidateFunction;
  /** The key of the list that may be long. */
  list: string;
}

/** Compiles a schema of this package, such as schemas/rules.schema.json. */
export function loadSchema(path: string, list: string): Schema {
  const schema = JSON.parse(readFileSync(packageFile(path), 'utf8')) as AnySchemaObject;
  const {Ajv} = ajv();
  const compile = (allErrors: boolean): ValidateFunction =>
    new Ajv({allErrors, verbose: allErrors, allowUnionTypes: true}).compile(schema);
  return {isRight: compile(false), findAll: compile(true), list};
}

const allErrors = ({findAll}: Schema, value: unknown): ErrorObject[] =>
  findAll(value) ? [] : (findAll.errors ?? []);

/* Checks items one by one: for a whole list, ajv copies all previous errors for each item. */
function itemErrors(schema: Schema, items: readonly unknown[]): ErrorObject[] {
  const first = `/${schema.list}/0`;
  const isOfItem = ({instancePath}: ErrorObject): boolean =>
    instancePath === first || instancePath.startsWith(`${first}/`);
  return items.flatMap((item, index) =>
    allErrors(schema, {[schema.list]: [item]})
      .filter(isOfItem)
      .map((error) => ({
        ...error,
        instancePath: `/${schema.list}/${index}${error.instancePath.slice(first.length)}`,
      })),
  );
}

function errorsIn(schema: Schema, value: unknown): ErrorObject[] {
  if (schema.isRight(value)) return [];
  const items = (value as Readonly<Record<string, unknown>> | null)?.[schema.list];
  if (!Array.isArray(items) || items.length < 2) return allErrors(schema, value);
  const [item] = items as unknown[];
  const above = allErrors(schema, {...(value as object), [schema.list]: [item]}).filter(
    ({instancePath}) => !instancePath.startsWith(`/${schema.list}/`),
  );
  return [...above, ...itemErrors(schema, items)];
}

/* JSON pointers: "/rules/0/allow". */
const toPlace = (pointer: string): Place =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const isIndex = (step: string | number): boolean => /^\d+$/.test(String(step));

function label(place: Place): string {
  const key = place.findLast((step) => !isIndex(step));
  if (key === undefined) return 'the file';
  return isIndex(place.at(-1) ?? '') ? `each item of "${key}"` : `"${key}"`;
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const shownKey = (key: string): string =>
  key.length > SHOWN_MAX ? `${key.slice(0, SHOWN_MAX)}…` : key;

const suggestion = (word: unknown, words: readonly string[]): string => {
  const meant = typeof word === 'string' ? closest(word, words) : undefined;
  return meant === undefined ? '' : `; did you mean ${meant}?`;
};

interface Finding {
  place: Place;
  message: string;
  part: 'key' | 'value';
}

type Describe = (error: ErrorObject, place: Place, hints: KeyHints) => Finding;

const titleOf = (error: ErrorObject): string => String(error.parentSchema?.title ?? error.message);

const mustBe: Describe = (error, place) => ({
  place,
  message: `${label(place)} must be ${titleOf(error)}, not ${shown(error.data)}`,
  part: 'value',
});

/* The title already says what is expected. */
const mustBeBecause: Describe = (error, place) => ({
  place,
  message: `${label(place)} must be ${titleOf(error)}`,
  part: 'value',
});

const unknownKey: Describe = (error, place, hints) => {
  const key = String(error.params.additionalProperty);
  const {properties} = error.parentSchema as {properties: object};
  const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
  const why = hint ?? `unknown key "${shownKey(key)}"`;
  const meant = hint === undefined ? suggestion(key, Object.keys(properties)) : '';
  return {place: [...place, key], message: `${why}${meant}`, part: 'key'};
};

const DESCRIBE: Record<string, Describe> = {
  additionalProperties: unknownKey,
  anyOf: (error, place) => ({place, message: titleOf(error), part: 'value'}),
  const: mustBeBecause,
  maxItems: mustBeBecause,
  enum: (error, place) => {
    const allowed = (error.params.allowedValues as unknown[]).map(String);
    const meant = suggestion(error.data, allowed);
    const key = String(place.findLast((step) => !isIndex(step)));
    const noun = key === 'ops' ? 'operation' : 'value';
    const message = `"${key}": unknown ${noun} ${shown(error.data)}; expected one of ${allowed.join(', ')}${meant}`;
    return {place, message, part: 'value'};
  },
  required: (error, place) => ({
    place,
    message: `the key "${String(error.params.missingProperty)}" is missing`,
    part: 'value',
  }),
  dependencies: (error, place) => {
    const {property, missingProperty} = error.params as Record<string, string>;
    const message = `"${property}" also needs the key "${missingProperty}"`;
    return {place: [...place, property ?? ''], message, part: 'key'};
  },
};

/* Errors inside branches repeat the error of the branch. */
const isNoise = ({keyword, schemaPath}: ErrorObject): boolean =>
  keyword === 'if' || keyword === 'oneOf' || /\/anyOf\/\d/.test(schemaPath) || isNull(schemaPath);

/* For "null or a name", the error about the name is the helpful one. */
const isNull = (schemaPath: string): boolean => schemaPath.endsWith('/oneOf/0/type');

/** An error and its place. */
export interface PlacedMistake {
  place: Place;
  mistake: Mistake;
}

/** The errors that a schema finds in a file with valid syntax, one at each place. */
export function schemaMistakes(
  file: WrittenFile,
  schema: Schema,
  hints: KeyHints = {},
): PlacedMistake[] {
  const found = new Map<string, PlacedMistake>();
  for (const error of errorsIn(schema, file.value).filter((one) => !isNoise(one))) {
    const describe = DESCRIBE[error.keyword] ?? mustBe;
    const {place, message, part} = describe(error, toPlace(error.instancePath), hints);
    const key = `${place.join('/')} ${part}`;
    if (!found.has(key)) found.set(key, {place, mistake: file.mistake(place, message, part)});
  }
  return [...found.values()];
}
