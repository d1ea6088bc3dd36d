// SPDX-License-Identifier: MIT
/* Manual pages and docs/reference.md, which are made of help and schemas. */
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';

import {POLICY_EXAMPLE, RULES_EXAMPLE} from '../../scripts/pages/examples.js';
import {SchemaFile} from '../../scripts/pages/schema.js';
import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';
import {fguard} from './fguard.js';

const script = (name: string, ...words: string[]): void => {
  execFileSync(process.execPath, ['--import', 'tsx', `scripts/${name}`, ...words], {cwd: ROOT});
};

describe('docs/reference.md', () => {
  it('is what `npm run gen:docs` makes', () => {
    const file = join(newFolder(), 'reference.md');
    script('reference.ts', file);
    expect(readFileSync(`${ROOT}docs/reference.md`, 'utf8')).toBe(readFileSync(file, 'utf8'));
  });

  it.each([
    ['access', ['access']],
    ['gap', ['gap']],
    ['question', ['question']],
    ['closed', ['closed']],
  ])('has every key of %s, and no other', (name, schemas) => {
    const keys = schemas.flatMap((schema) => {
      const file = readFileSync(`${ROOT}test/contract/schemas/${schema}.json`, 'utf8');
      const {properties} = JSON.parse(file) as {properties: object};
      return Object.keys(properties);
    });
    expect(new SchemaFile('events').keys(name).map((key) => key.name)).toEqual(keys);
  });

  it.each(['rules', 'policy', 'events'])('says something of every key in %s', (name) => {
    const schema = new SchemaFile(name);
    const definitions = {rules: ['rule'], policy: ['entry'], events: ['access', 'question']}[name];
    const keys = [schema.keys(), ...(definitions ?? []).map((one) => schema.keys(one))].flat();
    expect(keys.filter(({description}) => description === '')).toEqual([]);
  });
});

describe('the files that are shown', () => {
  it.each([
    ['rules', RULES_EXAMPLE, []],
    ['policy', POLICY_EXAMPLE, ['--policy']],
  ])('%s have the form that is described', async (name, text, flags) => {
    const file = join(newFolder(), `${name}.yaml`);
    /* Neither directories nor programs of the example are here. */
    writeFileSync(file, text.replaceAll(/\/srv\/app|\/home/g, '/tmp'));
    const {stdout} = await fguard(['check', ...flags, file, '--json']);
    const {mistakes} = JSON.parse(stdout) as {mistakes: {message: string}[]};
    const absent = /does not exist|no such|unknown user|not an executable/;
    expect(mistakes.filter(({message}) => !absent.test(message))).toEqual([]);
  });
});

describe('the manual', () => {
  const folder = newFolder();
  const pages = (): string[] =>
    readdirSync(folder).flatMap((part) =>
      readdirSync(join(folder, part)).map((name) => join(folder, part, name)),
    );

  beforeAll(() => {
    script('man.ts', folder);
  });

  it('has a page for each command, for both files, and for the concepts', () => {
    const {commands} = JSON.parse(readFileSync(`${ROOT}oclif.manifest.json`, 'utf8')) as {
      commands: Record<string, unknown>;
    };
    const names = Object.keys(commands).map((id) => `fguard-${id.replaceAll(':', '-')}.1`);
    const expected = [...names, 'fguard.1', 'fguard-rules.5', 'fguard-policy.5', 'fguard.7'];
    expect(
      pages()
        .map((page) => page.replace(/.*\//, ''))
        .sort(),
    ).toEqual(expected.sort());
  });

  /* As `man --warnings` runs it, but once for all. */
  const hasGroff = spawnSync('groff', ['--version']).status === 0;
  it.runIf(hasGroff)('is shown without a warning, and without marks of another form', () => {
    const words = ['-ww', '-man', '-Tutf8', '-rLL=80n', ...pages()];
    const {status, stdout, stderr} = spawnSync('groff', words, {encoding: 'utf8'});
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/\\f[BIR]|\*\*|\]\(/);
  });

  const hasMandoc = spawnSync('mandoc', ['-Tlint', '/dev/null']).error === undefined;
  it.runIf(hasMandoc)('has no fault that mandoc finds', () => {
    const found = spawnSync('mandoc', ['-Tlint', '-Werror', ...pages()], {encoding: 'utf8'});
    expect(found.stdout).toBe('');
  });
});
