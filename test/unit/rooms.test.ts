// SPDX-License-Identifier: MIT
/* How src/ is built: its rooms, and which may import which. */
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import {describe, expect, it} from 'vitest';

interface Rooms {
  ROOMS: Readonly<Record<string, readonly string[]>>;
  importMistake: (file: string, source: string) => string | undefined;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const SRC = path.join(ROOT, 'src');

const {ROOMS, importMistake} = (await import(`${ROOT}/scripts/lint/rooms.mjs`)) as Rooms;

const files = readdirSync(SRC, {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.ts'))
  .sort();

/* Of a file in src/, as they are written. */
const sources = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(path.join(SRC, file), 'utf8'))
    .importedFiles.map(({fileName}) => fileName);

const resolve = (file: string, source: string): string =>
  path.join(path.dirname(file), source).replace(/\.js$/, '.ts');

const graph = new Map(
  files.map((file) => [
    file,
    sources(file)
      .filter((source) => source.startsWith('.'))
      .map((source) => resolve(file, source)),
  ]),
);

/** What is left once all is taken away that imports nothing that is left, or is imported by nothing. */
function inCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports);
  for (let size = -1; size !== left.size;) {
    size = left.size;
    const imported = new Set([...left.values()].flat());
    for (const [file, targets] of left)
      if (!imported.has(file) || !targets.some((target) => left.has(target))) left.delete(file);
  }
  return [...left.keys()];
}

describe('the rooms of src', () => {
  it('are its folders, and beside them stands only where a run begins', () => {
    const tops = new Set(files.map((file) => file.split('/')[0]));
    expect([...tops].sort()).toEqual([...Object.keys(ROOMS), 'main.ts'].sort());
  });

  it('have arrows that never lead back', () => {
    expect(inCircles(new Map(Object.entries(ROOMS)))).toEqual([]);
  });

  it('hold no circle of files, types included', () => {
    expect(inCircles(new Map([...graph]))).toEqual([]);
  });

  it('hold no circle of folders', () => {
    const folders = new Map<string, string[]>();
    for (const [file, targets] of graph) {
      const folder = path.dirname(file);
      const others = targets.map((target) => path.dirname(target)).filter((one) => one !== folder);
      folders.set(folder, [...(folders.get(folder) ?? []), ...others]);
    }
    expect(inCircles(folders)).toEqual([]);
  });

  it.each([
    ['linux/proc.ts', '../native/index.js'],
    ['domain/rule.ts', '../linux/files.js'],
    ['services/run.ts', '../ui/paint.js'],
    ['services/run.ts', '../cli/flags.js'],
    ['services/ask/lines.ts', '../../lab/vm.js'],
    ['services/run.ts', 'koffi'],
    ['linux/files.ts', 'koffi'],
    ['ui/ask/keys.ts', '../../services/run.js'],
    ['commands/service/install.ts', '../../native/index.js'],
    ['commands/run.ts', '../main.js'],
    ['flags.ts', './domain/names.js'],
    ['new/thing.ts', '../domain/names.js'],
  ])('do not let %s import %s', (file, source) => {
    expect(importMistake(file, source)).toEqual(expect.any(String));
  });

  it.each([
    ['linux/libc/death.ts', 'koffi'],
    ['native/index.ts', './connection.js'],
    ['services/ask/lines.ts', '../../domain/names.js'],
    ['services/ask/lines.ts', '../run.js'],
    ['domain/rule.ts', 'node:path'],
    ['main.ts', './commands/run.js'],
  ])('let %s import %s', (file, source) => {
    expect(importMistake(file, source)).toBeUndefined();
  });
});
