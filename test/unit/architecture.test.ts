// SPDX-License-Identifier: MIT
/* docs/architecture.md names files that exist, and forms of a rule that say the same. */
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';

import {toSaved} from '../../src/domain/rule-file.js';
import {ruleDocument} from '../../src/domain/rule.js';
import {RULE} from './plain-rule.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/* `src/ui/` or `kmod/ask/ask.c`; NAME stands for what comes. */
const named = [...read('docs/architecture.md').matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
  .map(([, name = '']) => name)
  .filter((name) => !name.includes('NAME'));

describe('docs/architecture.md', () => {
  it('names many files, all of which are there', () => {
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });
});

interface Form {
  properties: Record<string, Form>;
}

const {definitions} = JSON.parse(read('schemas/rules.schema.json')) as {
  definitions: {rule: Form; exported: Form};
};

const keysOf = (form: object | undefined): string[] => Object.keys(form ?? {}).sort();

/* Nothing of it is as usual. */
const UNUSUAL = {
  ...RULE,
  name: 'x',
  tree: true,
  suffix: '.x',
  ops: 1,
  elseAction: 2,
  error: 1,
  defaultVerdict: 0,
  timeout: 1,
  strict: true,
  exes: ['/x'],
  uids: [1],
  gids: [1],
  loginuids: [1],
  cgroups: ['/x'],
};

describe('the schema of rule files', () => {
  it('has the keys of RULE', () => {
    const document = ruleDocument(RULE);
    const {properties} = definitions.exported;
    expect(keysOf(properties)).toEqual(keysOf(document));
    expect(keysOf(properties.match?.properties)).toEqual(keysOf(document.match));
    expect(keysOf(properties.allow?.properties)).toEqual(keysOf(document.allow));
  });

  it('has the keys of a rule in a file', () => {
    const saved = toSaved(ruleDocument(UNUSUAL));
    const {properties} = definitions.rule;
    expect(keysOf(properties)).toEqual(keysOf(saved));
    expect(keysOf(properties.allow?.properties)).toEqual(keysOf(saved.allow));
  });

  it('need not have what is usual', () => {
    expect(toSaved(ruleDocument(RULE))).toEqual({path: RULE.path});
  });
});
