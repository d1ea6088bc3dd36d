// SPDX-License-Identifier: MIT
/* What a command loads before it does anything: a file more is a millisecond more. */
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {ROOT} from './compile.js';
import {newFolder} from '../unit/folder.js';
import {FAKE} from './fguard.js';

const MOST_FILES = 8;

/** The files of ours, or of a package, that Node loads for a command. */
function loaded(words: readonly string[]): string[] {
  const env = {...process.env, NODE_DEBUG: 'module', FGUARD_LIBRARY: FAKE, FAKE_RULES: '1'};
  const {stderr} = spawnSync(process.execPath, [`${ROOT}bin/run.js`, ...words], {
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return [...stderr.matchAll(/^MODULE \d+: load "(\/[^"]*)" for module/gm)].map(
    ([, file]) => file ?? '',
  );
}

const LARGE = /\/(?:ajv|js-yaml)\b/;

describe('a command that reads no file of rules', () => {
  it.each(['rules', 'status', 'whois 1', 'unprotect nothing', 'clear --json'])('%s', (line) => {
    const files = loaded(line.split(' '));
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
    expect(files.filter((file) => LARGE.test(file))).toEqual([]);
  });
});

it('a command that does loads each library in one piece', () => {
  const files = loaded(['check', `${ROOT}package.json`]);
  expect(files.filter((file) => LARGE.test(file))).toEqual([`${ROOT}dist/lib/ajv.cjs`]);
  const rules = join(newFolder(), 'rules.yaml');
  writeFileSync(rules, 'rules: []\n');
  const more = loaded(['check', rules]).filter((file) => LARGE.test(file));
  expect(more.sort()).toEqual([`${ROOT}dist/lib/ajv.cjs`, `${ROOT}dist/lib/js-yaml.cjs`]);
});

/** Whether V8 takes what it made of the program when the package was built. */
function takesCompiled(folder: string, options: readonly string[] = []): boolean {
  const words = [...options, '-p', `require('${folder}/bin/program.js').load().rejected`];
  const said = execFileSync(process.execPath, words, {encoding: 'utf8'}).trim();
  return said === 'false';
}

/** Another copy of this package, and its program and what was made of it. */
function copied() {
  const folder = newFolder();
  const names = ['bin', 'dist', 'package.json', 'oclif.manifest.json'];
  execFileSync('cp', ['-r', ...names.map((name) => `${ROOT}${name}`), folder]);
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'));
  const program = join(folder, 'dist/lib/main.cjs');
  return {folder, program, compiled: `${program}.compiled`};
}

/** What a command says that runs most of what all run. */
function rules(folder: string): string {
  const words = [join(folder, 'bin/run.js'), 'rules', '--json'];
  const env = {...process.env, FGUARD_LIBRARY: FAKE, FAKE_RULES: '1'};
  return spawnSync(process.execPath, words, {env, encoding: 'utf8'}).stdout;
}

describe('what V8 made of the program when the package was built', () => {
  it('is what runs', () => {
    expect(takesCompiled(ROOT)).toBe(true);
  });

  it('is not for other flags', () => {
    expect(takesCompiled(ROOT, ['--max-lazy'])).toBe(false);
  });

  it('is not for a program that was changed, not even to one of the same length', () => {
    const {folder, program} = copied();
    expect(takesCompiled(folder)).toBe(true);
    const text = readFileSync(program, 'latin1');
    const changed = text.replaceAll('expiresAt', 'expiresAT');
    expect(changed).not.toBe(text);
    writeFileSync(program, changed, 'latin1');
    expect(takesCompiled(folder)).toBe(false);
    expect(rules(folder)).toContain('"expiresAT":');
  });

  it.each<[string, (file: string) => void]>([
    ['missing', rmSync],
    ['empty', (file) => writeFileSync(file, '')],
    ['cut', (file) => truncateSync(file, 300_000)],
    ['garbled', (file) => writeFileSync(file, readFileSync(file).fill(0xff, 50_000, 50_200))],
  ])('is not needed, nor heard where it is %s', (_state, spoil) => {
    const {folder, compiled} = copied();
    spoil(compiled);
    expect(takesCompiled(folder)).toBe(false);
    expect(rules(folder)).toContain('"expiresAt":');
  });
});
