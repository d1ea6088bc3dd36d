// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import fs, {appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {loadPolicy} from '../../../src/services/agent/policy-file.js';
import {readIfPossible, readRegular} from '../../../src/linux/files.js';
import {JsonFile} from '../../../src/formats/json-file.js';
import {readWrittenFile} from '../../../src/formats/read-written-file.js';
import {PathResolver, resolvePath} from '../../../src/linux/resolve-path.js';
import {loadRuleFiles} from '../../../src/services/rule-files/load.js';
import {newFolder} from '../folder.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = newFolder();
  file = join(folder, 'rules.json');
});

afterEach(() => {
  vi.restoreAllMocks();
});

const TEXT = `
{"top": [
    {"one": 1, "two": ["a", "b\\"]"]},
    {"deep": {"x": 1}}],
  "none": {}, "s\\u006fon": "]"
}
`;

describe('a JSON file', () => {
  const json = new JsonFile('f.json', TEXT, JSON.parse(TEXT));

  it.each([
    ['the whole', [], 'value', 2, 1],
    ['a key', ['top', 0, 'two'], 'key', 3, 16],
    ['a value', ['top', 0, 'two'], 'value', 3, 23],
    ['an item', ['top', 0, 'two', 1], 'value', 3, 29],
    ['what lies deep', ['top', 1, 'deep', 'x'], 'value', 4, 20],
    ['what follows a bracket in a text', ['none'], 'value', 5, 11],
    ['a key that is written otherwise', ['soon'], 'key', 5, 15],
    ['a key that is not there, where it is missed', ['top', 0, 'three'], 'value', 3, 5],
    ['a place that cannot be, at the last that is', ['top', 7, 'x'], 'value', 2, 9],
    ['what nobody wrote', ['constructor'], 'value', 2, 1],
  ] as const)('knows where %s is', (_what, place, part, line, column) => {
    expect(json.mistake(place, 'm', part)).toEqual({file: 'f.json', line, column, message: 'm'});
  });

  it.each([
    ['a key twice', '{"rules": [], "a": {"rules": 1},\n "rules": []}', 2, 2, /twice/],
    ['a key twice, written otherwise', '{"rules": [],\n"rul\\u0065s": []}', 2, 1, /twice/],
    ['a comma too many', '{"rules": [\n  1,,2]}', 2, 5, /,/],
    ['an end that is missing', '{"rules": [\n', 2, 1, /\]/],
  ])('says where there is %s', (_what, text, line, column, message) => {
    writeFileSync(file, text);
    expect(readWrittenFile(file).mistakes[0]).toMatchObject({
      line,
      column,
      message: expect.stringMatching(message) as string,
    });
  });

  it('may be nested as deep as one likes', () => {
    writeFileSync(file, '['.repeat(200_000) + ']'.repeat(200_000));
    expect(loadRuleFiles([file]).mistakes.length).toBe(1);
    writeFileSync(file, '{"a": '.repeat(20_000));
    expect(loadRuleFiles([file]).mistakes.length).toBeGreaterThan(0);
    const yaml = join(folder, 'deep.yaml');
    writeFileSync(yaml, `rules: ${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(loadRuleFiles([yaml]).mistakes.length).toBeGreaterThan(0);
  });
});

describe('texts that would not reach the kernel as they stand', () => {
  const nul = 'this text contains a NUL character, which no name can contain';
  const half = 'this text contains \ud800, which is not a character';

  it.each([
    ['a path', '{"path": "/tmp/a\\u0000b"}', nul],
    ['a suffix', '{"suffix": ".d\\u0000"}', nul],
    ['a name', '{"path": "/a", "name": "n\\u0000"}', nul],
    ['an executable', '{"path": "/a", "allow": {"exes": ["/bin/sh\\u0000"]}}', nul],
    ['a user', '{"path": "/a", "allow": {"uids": ["root\\u0000"]}}', nul],
    ['a cgroup', '{"path": "/a", "allow": {"cgroups": ["\\u0000"]}}', nul],
    ['what is exported', '{"match": {"path": null, "suffix": ".x\\u0000"}}', nul],
    ['a key', '{"path": "/a", "b\\u0000": 1}', nul],
    ['half a character', '{"path": "/a\\ud800"}', half],
  ])('%s is refused, in JSON and in YAML, where it stands', (_what, rule, message) => {
    for (const name of ['a.json', 'a.yaml']) {
      const path = join(folder, name);
      writeFileSync(path, name === 'a.json' ? `{"rules": [\n${rule}]}` : `rules:\n  - ${rule}\n`);
      const {rules, mistakes} = loadRuleFiles([path]);
      expect(rules).toEqual([]);
      expect(mistakes).toEqual([expect.objectContaining({line: 2, message})]);
      expect(mistakes[0]?.column).toBeGreaterThan(1);
    }
  });

  it.each([
    ['an escape of YAML', 'rules:\n  - path: "/tmp/a\\0b"\n'],
    ['another', 'rules:\n  - path: "/tmp/a\\x00b"\n'],
    ['one more', 'rules:\n  - path: "/tmp/a\\U00000000b"\n'],
    ['the byte itself', 'rules:\n  - path: /tmp/a\0b\n'],
  ])('%s is one', (_what, text) => {
    writeFileSync(file, text);
    expect(loadRuleFiles([file])).toMatchObject({rules: [], mistakes: [{line: 2}]});
  });

  it('bytes that are not UTF-8 have names of their own', () => {
    writeFileSync(file, JSON.stringify({rules: [{path: `${folder}/\udc80`}]}));
    expect(loadRuleFiles([file])).toMatchObject({mistakes: [], rules: [{}]});
  });

  it('a policy has none, either', async () => {
    writeFileSync(file, 'answers:\n  - {suffixes: [".d\\0"], answer: allow}\n'.replace("'", ''));
    expect(await loadPolicy(file)).toMatchObject({policy: undefined, mistakes: [{line: 2}]});
  });
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a key named %s is unknown like any other',
  async (key) => {
    for (const text of [
      `{"rules": [{"path": "/tmp/x", "${key}": 1}]}`,
      `rules:\n  - {path: /tmp/x, ${key}: 1}\n`,
    ]) {
      writeFileSync(file, text);
      expect(loadRuleFiles([file]).mistakes.map(({message}) => message)).toEqual([
        `unknown key "${key}"`,
      ]);
    }
    writeFileSync(file, `{"answers": [{"paths": ["/x"], "answer": "deny", "${key}": 1}]}`);
    expect((await loadPolicy(file)).mistakes.map(({message}) => message)).toEqual([
      `unknown key "${key}"`,
    ]);
  },
);

describe('what is no file of a decent size is not read', () => {
  const fifo = (): string => {
    execFileSync('mkfifo', [file]);
    return file;
  };
  const sparse = (): string => {
    writeFileSync(file, '');
    truncateSync(file, 3 * 2 ** 30);
    return file;
  };
  const link = (): string => {
    symlinkSync('/dev/zero', file);
    return file;
  };

  it.each([
    ['a FIFO', fifo, /not a regular file/],
    ['a device', link, /not a regular file/],
    ['3 GiB', sparse, /larger than \d+ MiB/],
    ['a directory', () => folder, /directory/],
  ])('%s', async (_what, make, message) => {
    const path = make();
    expect(() => readWrittenFile(path)).toThrow(message);
    expect(() => loadRuleFiles([path])).toThrow(message);
    await expect(loadPolicy(path)).rejects.toThrow(message);
    expect(readIfPossible(path)).toBeUndefined();
  });

  it('one that grows while it is read', () => {
    writeFileSync(file, 'x'.repeat(1000));
    const {readSync} = fs;
    vi.spyOn(fs, 'readSync').mockImplementation((...args) => {
      appendFileSync(file, 'x'.repeat(50_000));
      return (readSync as (...all: unknown[]) => number)(...args);
    });
    expect(() => readRegular(file, 1 << 20)).toThrow('larger than 1 MiB');
  });

  it('one that says it has no size is read to its end', () => {
    expect(readRegular('/proc/self/status').toString()).toContain('VmRSS');
  });

  it('much that is not JSON', () => {
    writeFileSync(file, `{"rules": [${'{}, '.repeat((5 << 20) + 1)}`);
    expect(() => readWrittenFile(file)).toThrow('is larger than 16 MiB; use JSON');
  });
});

describe('many rules take few steps each', () => {
  const rulesWith = (more: object, count: number): void => {
    const rules = Array.from({length: count}, (_, i) => ({path: `${folder}/f${i}`, ...more}));
    writeFileSync(file, JSON.stringify({rules}, null, 1));
  };

  it('what they have in common is looked up once', () => {
    rulesWith({allow: {exes: ['/usr/bin/env'], uids: ['root']}}, 2000);
    const real = vi.spyOn(fs.realpathSync, 'native');
    const looks = [
      vi.spyOn(fs, 'lstatSync'),
      vi.spyOn(fs, 'statSync'),
      vi.spyOn(fs, 'readlinkSync'),
    ];
    expect(loadRuleFiles([file])).toMatchObject({mistakes: [], warnings: []});
    expect(real.mock.calls.length).toBeLessThan(10);
    expect(looks.reduce((sum, {mock}) => sum + mock.calls.length, 0)).toBeLessThan(2050);
  });

  it('mistakes in one do not make the next dearer', () => {
    const copied = (count: number): number => {
      rulesWith({pahth: 1, els: 'deny', ops: ['reed']}, count);
      let steps = 0;
      const {concat} = Array.prototype;
      vi.spyOn(Array.prototype, 'concat').mockImplementation(function (this: unknown[], ...more) {
        steps += this.length;
        return concat.apply(this, more) as unknown[];
      });
      const {mistakes} = loadRuleFiles([file]);
      vi.restoreAllMocks();
      expect(mistakes.length).toBe(3 * count);
      expect(mistakes.at(-1)).toMatchObject({line: 2 + 8 * count - 2});
      return steps;
    };
    expect(copied(2000)).toBeLessThan(20 * Math.max(copied(200), 200));
  });
});

/*
 * folder/
 * ├── real/{file,sub/}
 * ├── way -> real
 * ├── dangling -> real/missing
 * └── last -> real/file
 */
describe('paths that are resolved together', () => {
  it('come out as one by one', () => {
    mkdirSync(join(folder, 'real/sub'), {recursive: true});
    writeFileSync(join(folder, 'real/file'), '');
    symlinkSync('real', join(folder, 'way'));
    symlinkSync('real/missing', join(folder, 'dangling'));
    symlinkSync('real/file', join(folder, 'last'));
    const names = ['real/file', 'real/sub', 'real/sub/', 'way/file', 'way/new', 'dangling', 'last'];
    const odd = ['way', 'way/', 'real/..', 'real/.', 'real//file', 'no/such', 'real/file/x', ''];
    const resolver = new PathResolver();
    const outcome = (resolve: (path: string) => unknown, path: string): unknown => {
      try {
        return resolve(path);
      } catch (error) {
        return String(error);
      }
    };
    for (const name of [...names, ...odd]) {
      const path = name === '' ? '/' : `${folder}/${name}`;
      expect(outcome((one) => resolver.resolve(one), path)).toEqual(outcome(resolvePath, path));
    }
  });
});
