// SPDX-License-Identifier: MIT
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {basename, join, relative} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {
  filesIn,
  foreignRules,
  ownRuleFiles,
  ownRuleFilesAlone,
  requireOwnRules,
} from '../../../../src/services/rule-files/find.js';
import {placeFiles, writeFiles} from '../../../../src/services/rule-files/write.js';
import {EVE, evesFile, isRoot} from '../../eve.js';
import {newFolder} from '../../folder.js';

let folder: string;

beforeEach(() => {
  folder = join(newFolder(), 'rules.d');
});

afterEach(() => {
  vi.restoreAllMocks();
});

const STEPS = [
  'mkdirSync',
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'closeSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
] as const;

class Killed extends Error {}

/** Lets the process do so many steps, and nothing any more; returns whether that was too few. */
function killedAfter(count: number, work: () => void): boolean {
  let done = 0;
  for (const name of STEPS) {
    const real = fs[name] as (...all: unknown[]) => unknown;
    vi.spyOn(fs, name).mockImplementation((...all: unknown[]) => {
      done += 1;
      if (done > count) throw new Killed();
      return real(...all);
    });
  }
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  } finally {
    vi.restoreAllMocks();
  }
}

const texts = (text: string) => new Map(['a.yaml', 'b.yaml', 'c.yaml'].map((name) => [name, text]));

/** What those who read the rules find: names and contents. */
const found = (): string[] =>
  filesIn(folder).map((file) => `${basename(file)} ${readFileSync(file, 'utf8')}`);

const all = (text: string): string[] => ['a.yaml', 'b.yaml', 'c.yaml'].map((n) => `${n} ${text}`);

describe('files that are saved', () => {
  it('are there, and nothing else is', () => {
    writeFiles(folder, texts('new'));
    expect(found()).toEqual(all('new'));
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  });

  it.each([false, true])(
    'are all or none, wherever the process is killed (over others: %s)',
    (over) => {
      const before = over ? all('old') : [];
      for (let steps = 0; ; steps++) {
        folder = join(newFolder(), 'rules.d');
        if (over) writeFiles(folder, texts('old'));
        const isKilled = killedAfter(steps, () => writeFiles(folder, texts('new')));
        const now = found();
        expect([before, all('new')]).toContainEqual(now);
        /* What was begun is finished, or forgotten, by the next who may write. */
        placeFiles(folder);
        expect(found()).toEqual(now);
        writeFiles(folder, new Map([['d.yaml', 'more']]));
        expect(found()).toEqual([...now, 'd.yaml more']);
        if (!isKilled) break;
        expect(steps).toBeLessThan(100);
      }
    },
  );

  it('leave no trace of a run that is dead', () => {
    mkdirSync(join(folder, '.new-4194305'), {recursive: true});
    writeFileSync(join(folder, '.new-4194306'), '');
    writeFileSync(join(folder, `.new-${process.ppid}`), '');
    writeFiles(folder, texts('new'));
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([
      `.new-${process.ppid}`,
    ]);
  });

  it('do not go through a link', () => {
    const victim = join(newFolder(), 'victim');
    writeFileSync(victim, 'untouched');
    mkdirSync(folder);
    symlinkSync(victim, join(folder, 'a.yaml'));
    writeFiles(folder, texts('new'));
    expect([readFileSync(victim, 'utf8'), found()]).toEqual(['untouched', all('new')]);
  });
});

describe.runIf(isRoot)('saved rules that others may change', () => {
  type Row = [what: string, change: () => void, reason: RegExp];
  const file = (): string => join(folder, 'a.yaml');
  const rows: Row[] = [
    ['a file of theirs', () => fs.chownSync(file(), EVE, EVE), /a\.yaml belongs to user/],
    ['a file that they may write to', () => chmodSync(file(), 0o666), /write to .*a\.yaml/],
    ['a file that a group may write to', () => chmodSync(file(), 0o664), /write to .*a\.yaml/],
    ['a folder of theirs', () => fs.chownSync(folder, EVE, EVE), /rules\.d belongs to user/],
    ['a folder that all may write to', () => chmodSync(folder, 0o777), /write to .*rules\.d/],
    ['a link to a file of theirs', () => link(), /theirs belongs to user/],
  ];

  function link(): void {
    const theirs = evesFile(join(newFolder(), 'theirs'), 'rules: []\n');
    symlinkSync(theirs, join(folder, 'z.yaml'));
  }

  it.each(rows)('%s', (_what, change, reason) => {
    writeFiles(folder, texts('rules: []\n'));
    expect(foreignRules(folder)).toEqual([]);
    expect(ownRuleFiles([], folder).length).toBe(3);
    change();
    const refusal = {code: 'EUNSAFE', message: expect.stringMatching(reason) as string};
    expect(() => requireOwnRules(folder)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => ownRuleFiles([], folder)).toThrow(expect.objectContaining(refusal) as Error);
    expect(foreignRules(folder)).toEqual([
      {
        path: expect.any(String) as string,
        from: expect.any(String) as string,
        reason: expect.stringMatching(reason) as string,
      },
    ]);
  });

  type Spelling = [how: string, name: (file: string) => string];
  const spellings: Spelling[] = [
    ['by name', (name) => join(folder, name)],
    ['by another name', (name) => `${folder}/../rules.d//${name}`],
    ['by a link to the folder', (name) => join(linkTo(folder), name)],
    ['by a name from here', (name) => relative(process.cwd(), join(folder, name))],
  ];

  function linkTo(target: string): string {
    const path = join(newFolder(), 'link');
    symlinkSync(target, path);
    return path;
  }

  it.each(spellings)('are refused, or left out, %s, too', (_how, name) => {
    writeFiles(folder, texts('rules: []\n'));
    fs.chownSync(file(), EVE, EVE);
    const named = ['a.yaml', 'b.yaml'].map(name);
    expect(() => ownRuleFiles(named, folder)).toThrow(/a\.yaml belongs to user/);
    const {files, leftOut} = ownRuleFilesAlone(named, folder);
    expect([files, leftOut]).toEqual([
      named.slice(1),
      [expect.objectContaining({file: named[0]}) as object],
    ]);
    expect(ownRuleFiles(named.slice(1), folder)).toEqual(named.slice(1));
    fs.chownSync(folder, EVE, EVE);
    expect(() => ownRuleFiles(named.slice(1), folder)).toThrow(/rules\.d belongs to user/);
    expect(() => ownRuleFilesAlone(named.slice(1), folder)).toThrow(/rules\.d belongs to user/);
  });

  it('count where they are if they cannot go to their places', () => {
    mkdirSync(file(), {recursive: true});
    mkdirSync(join(folder, '.saved'));
    const waiting = join(folder, '.saved/a.yaml');
    writeFileSync(waiting, 'rules: []\n');
    expect(ownRuleFilesAlone([], folder)).toEqual({files: [waiting], leftOut: []});
  });

  it('are refused in a folder behind a link', () => {
    writeFiles(folder, texts('rules: []\n'));
    fs.chownSync(file(), EVE, EVE);
    expect(() => ownRuleFiles([linkTo(folder)], folder)).toThrow(/a\.yaml belongs to user/);
  });

  it('those that are named are the choice of who names them', () => {
    const theirs = evesFile(join(newFolder(), 'theirs.yaml'), 'rules: []\n');
    expect(ownRuleFiles([theirs], folder)).toEqual([theirs]);
    expect(existsSync(folder)).toBe(false);
  });
});
