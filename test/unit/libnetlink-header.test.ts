// SPDX-License-Identifier: MIT
/* libnetlink/fguard.h is the manual of the library: nothing in it goes without a word. */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

const header = readFileSync(new URL('../../libnetlink/fguard.h', import.meta.url), 'utf8');

/* A comment and what it stands above. */
const pieces = (what: RegExp): {comment: string; code: string}[] =>
  [...header.matchAll(what)].map(({index, 0: code}) => {
    const before = header.slice(0, index);
    const start = before.endsWith('*/\n') ? before.lastIndexOf('/**') : index;
    return {comment: before.slice(start), code};
  });

const STRUCTS = pieces(/^struct \w+ \{\n[^}]*\n\};/gm);
const FUNCTIONS = pieces(/^[a-z][\w *]*[ *](fguard_\w+)\([^;]*\);/gm);

const fieldsOf = (code: string): string[] =>
  [...code.matchAll(/^\t[^;\n]*?(\w+)(?:\[\d+\])?;/gm)].map(([, name = '']) => name);

const parametersOf = (code: string): string[] =>
  code
    .slice(code.indexOf('(') + 1, code.lastIndexOf(')'))
    .split(',')
    .map((parameter) => /(\w+)\s*$/.exec(parameter)?.[1] ?? '');

const undocumented = (names: readonly string[], comment: string): string[] =>
  names.filter((name) => !comment.includes(`@${name}:`));

const nameOf = (code: string): string => /(fguard_\w+)(?:\(| \{)/.exec(code)?.[1] ?? code;

describe('the header of the library', () => {
  it('has structs and functions', () => {
    expect(STRUCTS.length).toBeGreaterThan(10);
    expect(FUNCTIONS.length).toBeGreaterThan(20);
  });

  it.each(STRUCTS.map(({comment, code}) => [nameOf(code), comment, code] as const))(
    'says of each field of %s what it is',
    (_name, comment, code) => {
      expect(undocumented(fieldsOf(code), comment)).toEqual([]);
    },
  );

  it.each(FUNCTIONS.map(({comment, code}) => [nameOf(code), comment, code] as const))(
    'says of %s what it takes and returns',
    (_name, comment, code) => {
      expect(undocumented(parametersOf(code), comment)).toEqual([]);
      if (!code.startsWith('void ')) expect(comment).toContain('Return:');
    },
  );

  it('explains each errno that it names', () => {
    const named = new Set([...header.matchAll(/-(E[A-Z0-9]{3,})\b/g)].map(([, name]) => name));
    const explained = [...header.matchAll(/^ \*\t-(E[A-Z0-9]+)\s+\S/gm)].map(([, name]) => name);
    expect([...named].filter((name) => !explained.includes(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(15);
  });
});
