// SPDX-License-Identifier: MIT
/* Rule files of which something is wrong, missing or not what it looks like: what is in force then, and what is said. */
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';

import {
  foreignRules,
  ignoredRuleFiles,
  takeBack,
} from '../../../../src/services/rule-files/find.js';
import {checkRuleFiles} from '../../../../src/services/rule-files/check.js';
import {loadRuleFiles} from '../../../../src/services/rule-files/load.js';
import {type Terms, opens} from '../../../../src/services/rule-files/strictness.js';
import {YamlFile} from '../../../../src/formats/yaml-file.js';
import {VALUES_MAX} from '../../../../src/formats/yaml-events.js';
import {ELSES, VERDICTS} from '../../../../src/domain/names.js';
import {evesFile, isRoot} from '../../eve.js';
import {newFolder} from '../../folder.js';
import {REQUEST} from '../../plain-rule.js';

let folder: string;

beforeEach(() => {
  folder = newFolder();
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text.replaceAll('FOLDER', folder));
  return path;
}

describe('of two rules about the same the stricter is in force, whichever comes first', () => {
  it.each([
    ['deny, not ask', 'else: deny', 'else: ask'],
    ['ask, not log', 'else: ask', 'else: log'],
    [
      'a no where nobody answers, not a yes',
      'else: ask, default: deny',
      'else: ask, default: allow',
    ],
    ['all operations, not some', 'ops: [read, write]', 'ops: [read]'],
    ['nobody, not somebody', 'else: deny', 'allow: {uids: [0]}'],
    ['who matches two kinds, not one', 'allow: {uids: [0], gids: [0]}', 'allow: {uids: [0]}'],
    ['one user, not two', 'allow: {uids: [0]}', 'allow: {uids: [0, 1]}'],
    ['strict, not lax', 'strict: true', 'strict: false'],
  ])('%s', (_what, strict, lax) => {
    const rule = (terms: string): string => `rules: [{path: FOLDER/x, ${terms}}]\n`;
    const strictAlone = loadRuleFiles([write('s.yaml', rule(strict))]).rules[0]?.request;
    for (const order of [
      ['a.yaml', 'b.yaml'],
      ['b.yaml', 'a.yaml'],
    ] as const) {
      const files = [write(order[0], rule(strict)), write(order[1], rule(lax))];
      const {rules, mistakes} = loadRuleFiles([...files].sort());
      expect(rules.map(({request}) => request)).toEqual([strictAlone]);
      expect(mistakes).toMatchObject([
        {file: files[1], message: expect.stringContaining('same') as string},
      ]);
    }
  });

  it('and of two with one name both are, one of them without', () => {
    const files = [write('a.yaml', 'rules: [{suffix: .a, name: n}, {suffix: .b, name: n}]\n')];
    const {rules, mistakes} = loadRuleFiles(files);
    expect(rules.map(({request: {suffix, name}}) => [suffix, name])).toEqual([
      ['.a', 'n'],
      ['.b', null],
    ]);
    expect(mistakes).toHaveLength(1);
  });
});

describe('a new rule beside one in force', () => {
  const log = ELSES.value('log') ?? 0;
  const ask = ELSES.value('ask') ?? 0;
  const deny = ELSES.value('deny') ?? 0;
  const tree: Terms = {...REQUEST, path: '/srv', tree: true, suffix: null, elseAction: deny};
  const docx: Terms = {...REQUEST, path: null, tree: false, suffix: '.docx', elseAction: deny};
  const plain: Terms = {...REQUEST, path: '/srv/x', tree: false, suffix: null, elseAction: deny};
  const allow = VERDICTS.value('allow') ?? 0;
  it.each<[string, boolean, Terms, Terms]>([
    ['that lets more through within a tree opens it', true, {...plain, elseAction: log}, tree],
    ['that asks within a tree opens it', true, {...plain, elseAction: ask}, tree],
    ['that lets somebody in within a tree opens it', true, {...plain, uids: [7]}, tree],
    ['that is about less within a tree opens it', true, {...plain, ops: 1}, tree],
    ['that is lax within a strict tree opens it', true, plain, {...tree, strict: true}],
    ['within a tree below opens it', true, {...plain, tree: true, elseAction: log}, tree],
    [
      'that answers yes by itself opens one that answers no',
      true,
      {...plain, elseAction: ask, defaultVerdict: allow},
      {...tree, elseAction: ask},
    ],
    [
      'for files of a suffix opens that suffix',
      true,
      {...plain, path: '/a.docx', elseAction: log},
      docx,
    ],
    ['below all of a machine opens it', true, {...plain, elseAction: log}, {...tree, path: '/'}],
    ['that is as strict does not', false, plain, tree],
    ['that lets the same in does not', false, {...plain, uids: [7]}, {...tree, uids: [7]}],
    ['that lies elsewhere does not', false, {...plain, path: '/srv2/x', elseAction: log}, tree],
    ['of another suffix does not', false, {...plain, path: '/a.txt', elseAction: log}, docx],
    ['below a file does not', false, {...plain, elseAction: log}, {...tree, tree: false}],
  ])('%s', (_what, expected, rule, wide) => {
    expect(opens(rule, wide)).toBe(expected);
  });
});

describe('what looks like a rule file, and is none', () => {
  it('is told, and nothing else is', () => {
    mkdirSync(join(folder, 'dir.yaml'));
    mkdirSync(join(folder, 'dir'));
    for (const name of ['M.YAML', 'j.Json', 'x.yaml', 'x.yaml~', '.H.YAML', 'README'])
      write(name, 'rules: []\n');
    const told = ignoredRuleFiles([folder]).map(({file, message}) => `${file}: ${message}`);
    expect(told.sort()).toEqual([
      expect.stringMatching(/M\.YAML: this has a name that ends in capitals/),
      expect.stringMatching(/dir\.yaml: this is a directory/),
      expect.stringMatching(/j\.Json: this has a name that ends in capitals/),
    ]);
    expect(checkRuleFiles([folder]).warnings).toHaveLength(3);
  });
});

describe('files that cannot be read', () => {
  it('are told all, with what is wrong in the others', () => {
    symlinkSync('nowhere', join(folder, 'a.yaml'));
    symlinkSync('b.yaml', join(folder, 'b.yaml'));
    write('c.yaml', 'rules: [{path: x}]\n');
    write('d.yaml', 'rules: [{suffix: .d}]\n');
    const {mistakes, rules} = checkRuleFiles([folder]);
    expect(mistakes.map(({file}) => file.slice(-6))).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(rules).toHaveLength(1);
  });

  it('alone are the failure that they are', () => {
    symlinkSync('nowhere', join(folder, 'a.yaml'));
    expect(() => checkRuleFiles([folder])).toThrow(
      expect.objectContaining({code: 'ENOENT'}) as Error,
    );
  });
});

describe.runIf(isRoot)('what takes saved rules back from others', () => {
  const remedy = (): string => takeBack(foreignRules(folder));

  it('never touches what a link leads to', () => {
    const theirs = evesFile(join(newFolder(), 'theirs'), 'rules: []\n');
    const [zero, file] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    symlinkSync('/dev/zero', zero);
    symlinkSync(theirs, file);
    expect(foreignRules(folder)[0]?.reason).toContain(`${zero} leads through a link`);
    expect(remedy()).toBe(`sudo rm ${zero} ${file}`);
  });

  it('takes what is there itself', () => {
    const file = write('a.yaml', 'rules: []\n');
    chmodSync(file, 0o666);
    expect(remedy()).toBe(`sudo chown -h root: ${file} && sudo chmod go-w ${file}`);
  });

  it('only looks where a link is above', () => {
    const real = join(newFolder(), 'real');
    mkdirSync(real);
    chmodSync(real, 0o777);
    const link = join(newFolder(), 'link');
    symlinkSync(real, link);
    expect(takeBack(foreignRules(join(link, 'rules.d')))).toBe(`namei -l ${link}/rules.d`);
  });
});

describe('a YAML text', () => {
  const complaints = (text: string): string[] =>
    new YamlFile('f.yaml', text).mistakes.map(
      ({line, column, message}) => `${line}:${column} ${message}`,
    );

  it.each([
    ['a carriage return alone', '\r', 'U+000D'],
    ['NEL', '\u0085', 'U+0085'],
    ['LS', '\u2028', 'U+2028'],
    ['PS', '\u2029', 'U+2029'],
  ])('may not hold %s, which some show as the end of a line', (_what, end, code) => {
    for (const text of [
      `a: 1\nb: 2 # c${end}c: 3\n`,
      `a: 1\nb: "c${end}c"\n`,
      `a: 1\nb: c${end}d\n`,
    ]) {
      const [first = '', ...rest] = complaints(text);
      expect(rest).toEqual([]);
      expect(first).toMatch(/^2:\d+ U\+/);
      expect(first).toContain(code);
    }
    const escaped = new YamlFile('f.yaml', `a: "\\u${code.slice(2)}"\r\nb: 1\r\n`);
    expect([escaped.mistakes, escaped.value]).toEqual([[], {a: end, b: 1}]);
  });

  it.each([
    ['a list of nothing', '-\n'],
    ['a list in brackets', ','],
    ['lists in lists', '[],'],
  ])('may not hold too many values, of which none is made: %s', (_what, text) => {
    const many = text.repeat(VALUES_MAX + 1);
    const before = process.memoryUsage().rss;
    expect(complaints(text === '-\n' ? many : `[${many}]`)).toEqual([
      expect.stringContaining(`more than ${VALUES_MAX} values`),
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(VALUES_MAX * 50);
  });
});
