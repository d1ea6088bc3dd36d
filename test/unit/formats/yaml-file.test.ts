// SPDX-License-Identifier: MIT
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {readWrittenFile} from '../../../src/formats/read-written-file.js';
import {YamlFile} from '../../../src/formats/yaml-file.js';
import {newFolder} from '../folder.js';

const TEXT = `# a comment
top:
  - one: 1
    two: [a, "b"]
  - &anchor
    deep: {x: 1}
again:
  - *anchor
none:
`;

const file = new YamlFile('f.yaml', TEXT);

describe('a YAML file', () => {
  it('has its values', () => {
    const deep = {deep: {x: 1}};
    expect(file.mistakes).toEqual([]);
    expect(file.value).toEqual({
      top: [{one: 1, two: ['a', 'b']}, deep],
      again: [deep],
      none: null,
    });
  });

  it.each([
    ['the whole', [], 'value', 2, 1],
    ['a key', ['top', 0, 'two'], 'key', 4, 5],
    ['a value', ['top', 0, 'two'], 'value', 4, 10],
    ['an item', ['top', 0, 'two', 1], 'value', 4, 14],
    ['what an alias stands for', ['again', 0, 'deep', 'x'], 'value', 6, 15],
    ['an empty value, at its key', ['none'], 'value', 9, 6],
    ['a key that is not there, where it is missed', ['top', 0, 'three'], 'value', 3, 5],
    ['a place that cannot be, at the last that is', ['top', 7, 'x'], 'value', 3, 3],
  ] as const)('knows where %s is', (_what, place, part, line, column) => {
    expect(file.mistake(place, 'm', part)).toEqual({file: 'f.yaml', line, column, message: 'm'});
  });

  it.each([
    ['an open bracket', 'a: [1, 2\n', 2, 1, /\]/],
    ['a tab', 'a:\n\tb: 1\n', 2, 1, /tab/i],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 3, 1, /twice/],
    ['two documents', 'a: 1\n---\nb: 2\n', 2, 1, /second document/],
    ['an alias of nothing', 'a: *b\n', 1, 4, /no anchor/],
    ['a byte that is not UTF-8', 'a: x\nb: y\udcff\n', 2, 5, /\\xff is not UTF-8/],
  ])('tells %s, and where', (_what, text, line, column, message) => {
    const [mistake] = new YamlFile('f.yaml', text).mistakes;
    expect(mistake).toMatchObject({line, column, message: expect.stringMatching(message)});
  });

  it('is not blown up by aliases', () => {
    const levels = 'bcdefghi'.split('').map((name, index) => {
      const below = String.fromCharCode(97 + index);
      return `${name}: &${name} [${Array(10).fill(`*${below}`).join(', ')}]`;
    });
    const bomb = new YamlFile('f.yaml', `a: &a [1]\n${levels.join('\n')}\n`);
    expect(bomb.mistakes).toMatchObject([{line: 1, message: expect.stringContaining('aliases')}]);
    expect(bomb.value).toBeUndefined();
  });
});

describe('reading a YAML file', () => {
  it('takes names that are not UTF-8 from between quotes', () => {
    const path = join(newFolder(), 'f.yaml');
    writeFileSync(path, 'path: "/srv/\\udcff"\n');
    expect(readWrittenFile(path).value).toEqual({path: '/srv/\udcff'});
  });

  it('names a file that is not there, or is none', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'd'));
    expect(() => readWrittenFile(join(folder, 'none'))).toThrow(/cannot read .*none: there is no/);
    expect(() => readWrittenFile(join(folder, 'd'))).toThrow(/cannot read .*d: it is a directory/);
  });
});
