// SPDX-License-Identifier: MIT
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';

import {yaml} from '../../../src/formats/libraries.js';
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
    ['an open bracket', 'a: [1, 2\n', 2, 1, /\[.* is not closed/],
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

/** The mistakes of a text, a line each. */
const told = (text: string): string[] =>
  new YamlFile('f.yaml', text).mistakes.map(
    ({line, column, message}) => `${line}:${column} ${message}`,
  );

describe('a text that is not YAML, or more than a file may hold', () => {
  it.each([
    ['a: {b: 1\n', '2:1 the [, {, " or \' above is not closed'],
    ['a: "x\n', '2:1 the [, {, " or \' above is not closed'],
    ['[a\n', '2:1 a closing ] or } is missing'],
    ['"a\n', '2:1 a closing quote is missing'],
    ['a: [\n  b\n]\n', '3:1 a closing ] or } must be indented further'],
    ['a: [b}\n', '1:6 a comma, or a closing ] or }, is missing'],
    ['a: [,]\n', '1:5 nothing comes before this ","'],
    ['{a: 1}}\n', '1:7 this closes nothing that was opened'],
    ['a: ]\n', '1:4 this closes nothing that was opened'],
    ['a: @x\n', '1:4 text that begins with @, ` or % must be quoted'],
    ['a: &\n', '1:5 text that begins with & must be quoted'],
    ['a: *.docx\n', '1:4 no anchor &.docx before this alias; if this is meant as text'],
    ['a: !x\n', '1:4 unknown tag; text that begins with ! must be quoted'],
    ['a: !!binary eA==\n', '1:4 unknown tag'],
    ['a: !!int x\n', '1:4 this does not match its tag'],
    ['a: |x\n', '1:5 only + or - and an indentation'],
    ['a: b: c\n', '1:5 text containing ": " must be quoted'],
    ['a: - b\n', '1:4 a list must begin on the line after its key'],
    ['a:\n  b: 1\n - c: 1\n', '3:2 this is not indented like the keys of its map'],
    ['a:\n  b: 1\n c: 2\n', '3:2 this is not indented like the keys of its map'],
    ['- - a\n - b\n', '2:2 this is not indented like the items of its list'],
    ['- /x\n  ops: [a]\n', '2:6 the text before this colon is not a key: a colon is missing above'],
    ['rules\n  - path: a\n', '2:9 the text before this colon is not a key'],
    ['- a\nb: 1\n', '2:1 this does not belong to anything above'],
    ['"a":b\n', '1:5 a space is missing after the colon'],
    ['- a: /x\n  tree true\n  b: 1\n', '2:12 the colon after this key is missing'],
    ['a: 1\nb\n', '2:2 the colon after this key is missing'],
    ['a: "\\q"\n', '1:6 unknown escape: in double quotes'],
    ['a: "\\U00130000"\n', '1:4 an escape in this text does not stand for'],
    ['a: x\u0007y\n', '1:5 a control character must be written as'],
    ['a: x\n \ty\0\n', '2:4 this text contains a NUL'],
    ['? [a]\n: b\n', '1:3 a key must be text, not a list or a map'],
    ['%x\na: 1\n', '2:1 the line --- is missing after the lines that begin with %'],
    [`a: ${'['.repeat(100_000)}`, '1:103 nested too deeply'],
    ['a: &a [*a]\n', '1:1 its aliases expand to too much data'],
    ['a: b\n...\n# c\n---\nd: e\n', '4:1 a second document begins here'],
  ])('%j is refused where it is wrong', (text, start) => {
    expect(told(text)).toEqual([expect.stringContaining(start)]);
    expect(told(text)[0]?.indexOf(start)).toBe(0);
  });

  it('has all that is wrong with its keys and aliases told at once', () => {
    const text = 'a: 1\n"a": 2\n1: *b\n"1": {c: 0, \'c\': *d}\n__proto__: 1\n__proto__: 2\n';
    expect(
      told(text)
        .map((one) => one.replace(/;.*/, ''))
        .sort(),
    ).toEqual([
      '2:1 this key appears twice',
      '3:4 no anchor &b before this alias',
      '4:1 this key appears twice',
      '4:13 this key appears twice',
      '4:18 no anchor &d before this alias',
      '6:1 this key appears twice',
    ]);
  });

  it('is looked through behind bytes that are not UTF-8, which are told once', () => {
    expect(told('a: \udcff\udcfe\nb: [\udcff}\n').map((one) => one.slice(0, 30))).toEqual(
      ['1:4 the byte \\xff is not UTF-8;', '2:6 a comma, or a closing ] or }, is'].map((one) =>
        one.slice(0, 30),
      ),
    );
  });

  it('may use an alias often, and many of them', () => {
    const many = Array.from({length: 500}, (_, i) => `- &a${i} [x, y]\n- *a${i}\n`).join('');
    expect(told(many)).toEqual([]);
    expect(told(`- &a [x, y]\n${'- *a\n'.repeat(100)}`)).toEqual([]);
  });
});

describe('where an empty value or a long text of YAML begins', () => {
  const places = new YamlFile(
    'f.yaml',
    'a:\n  - # none\n  -\n  - {b: , c}\n  - [x,]\n  -\nd: &d\n1.0: "q"\ne: |\n  text\n? f\nd d : >-\n  t\n*d : g\n',
  );

  it.each([
    [['a', 0], 2, 4],
    [['a', 1], 3, 4],
    [['a', 2, 'b'], 4, 8],
    [['a', 4], 6, 4],
    [['d'], 7, 6],
    [['1'], 8, 6],
    [['e'], 9, 4],
    [['d d'], 12, 7],
    [['f'], 11, 4],
  ])('%j', (place, line, column) => {
    expect(places.mistakes).toEqual([]);
    expect(places.mistake(place, 'm')).toMatchObject({line, column});
  });
});

it.each([
  ['text', ['yes', 'on', '0b1', '1_000', '1:20', '2026-01-01', '-0x1f', 'tRue', '<<', "'1'"]],
  ['number', ['0', '-1', '+1', '017', '0o17', '0x1f', '1e3', '.5', '5.', '-.inf', '9'.repeat(30)]],
  ['boolean', ['true', 'True', 'FALSE']],
  ['null', ['~', 'null', 'Null', '']],
])('YAML reads as a %s what its core schema says', (kind, texts) => {
  for (const text of texts) {
    const {value} = new YamlFile('f.yaml', `a: ${text}\n`);
    const {a} = value as {a: unknown};
    expect(a === null ? 'null' : typeof a, text).toBe(kind === 'text' ? 'string' : kind);
  }
});

describe('a YAML file of many rules', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is parsed once, and once more for all its mistakes', () => {
    const parse = vi.spyOn(yaml(), 'parseEvents');
    const many = new YamlFile('f.yaml', 'rules:\n' + '  - path: /x\n'.repeat(1000));
    expect(parse).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 1000; i++)
      expect(many.mistake(['rules', i, 'path'], 'm')).toMatchObject({line: i + 2, column: 11});
    expect(parse).toHaveBeenCalledTimes(2);
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
    expect(() => readWrittenFile(join(folder, 'none'))).toThrow(/cannot read .*none: no such file/);
    expect(() => readWrittenFile(join(folder, 'd'))).toThrow(/cannot read .*d: it is a directory/);
  });
});
