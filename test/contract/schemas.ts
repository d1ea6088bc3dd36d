// SPDX-License-Identifier: MIT
/* A JSON schema for each document of the interface: a changed key is a visible diff. */
import {Ajv2020} from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {readFileSync, readdirSync} from 'node:fs';
import {expect} from 'vitest';

const FOLDER = new URL('schemas/', import.meta.url);

const ajv = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true});
addFormats.default(ajv);
for (const file of readdirSync(FOLDER))
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as object);

/** Fails with the schema's complaints unless the document is of that kind. */
export function expectDocument(kind: string, document: unknown): void {
  const validate = ajv.getSchema(`${kind}.json`);
  if (validate === undefined) throw new Error(`there is no schema ${kind}`);
  const problems = validate(document) === true ? [] : validate.errors;
  expect(problems, JSON.stringify(document, null, 1)).toEqual([]);
}
