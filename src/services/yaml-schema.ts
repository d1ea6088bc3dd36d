// SPDX-License-Identifier: MIT
/* Checks a YAML file against a JSON schema, and says in plain sentences what is wrong where. */
import {Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction} from 'ajv';
import {readFileSync} from 'node:fs';

import {closest} from '../domain/closest.js';
import type {Mistake} from '../domain/mistake.js';
import {packageFile} from './package-root.js';
import type {Place, YamlFile} from './yaml-file.js';

/** What to say of a key that is not known but might be expected. */
export type KeyHints = Readonly<Record<string, string>>;

/** Compiles a schema of this package, such as schemas/rules.schema.json. */
export function loadSchema(path: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(packageFile(path), 'utf8')) as AnySchemaObject;
  const ajv = new Ajv({allErrors: true, verbose: true, allowUnionTypes: true});
  return ajv.compile(schema);
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
  return isIndex(place.at(-1) ?? '') ? `what is in "${key}"` : `"${key}"`;
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

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

/* The title gives the reason itself. */
const mustBeBecause: Describe = (error, place) => ({
  place,
  message: `${label(place)} must be ${titleOf(error)}`,
  part: 'value',
});

const unknownKey: Describe = (error, place, hints) => {
  const key = String(error.params.additionalProperty);
  const {properties} = error.parentSchema as {properties: object};
  const why = hints[key] ?? `there is no key "${key}" here`;
  const meant = key in hints ? '' : suggestion(key, Object.keys(properties));
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
    const message = `${label(place)}: ${shown(error.data)} is none of ${allowed.join(', ')}${meant}`;
    return {place, message, part: 'value'};
  },
  required: (error, place) => ({
    place,
    message: `the key "${String(error.params.missingProperty)}" is missing`,
    part: 'value',
  }),
  dependencies: (error, place) => {
    const {property, missingProperty} = error.params as Record<string, string>;
    const message = `"${property}" needs the key "${missingProperty}" beside it`;
    return {place: [...place, property ?? ''], message, part: 'key'};
  },
};

/* Errors of branches tell again what the branch as a whole tells. */
const isNoise = ({keyword, schemaPath}: ErrorObject): boolean =>
  keyword === 'if' || keyword === 'oneOf' || /\/anyOf\/\d/.test(schemaPath) || isNull(schemaPath);

/* Of "nothing or a name", the name's complaint is the one that helps. */
const isNull = (schemaPath: string): boolean => schemaPath.endsWith('/oneOf/0/type');

/** A mistake, and the keys that lead to it. */
export interface PlacedMistake {
  place: Place;
  mistake: Mistake;
}

/** The mistakes that a schema finds in a file whose syntax is right, one at each place. */
export function schemaMistakes(
  file: YamlFile,
  validate: ValidateFunction,
  hints: KeyHints = {},
): PlacedMistake[] {
  if (validate(file.value)) return [];
  const found = new Map<string, PlacedMistake>();
  for (const error of (validate.errors ?? []).filter((one) => !isNoise(one))) {
    const describe = DESCRIBE[error.keyword] ?? mustBe;
    const {place, message, part} = describe(error, toPlace(error.instancePath), hints);
    const key = `${place.join('/')} ${part}`;
    if (!found.has(key)) found.set(key, {place, mistake: file.mistake(place, message, part)});
  }
  return [...found.values()];
}
