// SPDX-License-Identifier: MIT
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {type LoadedPolicy, loadPolicy} from '../../../src/services/agent/policy-file.js';
import {newFolder} from '../folder.js';

function load(text: string, folder = newFolder()): Promise<LoadedPolicy> {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, text);
  return loadPolicy(file);
}

const mistakes = async (text: string): Promise<string[]> =>
  (await load(text)).mistakes.map(({line, column, message}) => `${line}:${column} ${message}`);

describe('a policy file', () => {
  it('is read with its lines, its users by number and its paths resolved', async () => {
    /*
     * folder/
     * ├── real/
     * └── link -> real
     */
    const folder = newFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    const text = [
      'default: deny',
      'answers:',
      `  - trees: [${folder}/link/, /no/such/place/]`,
      '    uids: [root, 12]',
      '    ops: [read, write]',
      '    answer: allow',
      '    lifetime: 90m',
      '  - {suffixes: [.docx], answer: ask}',
    ];
    expect(await load(text.join('\n'), folder)).toEqual({
      mistakes: [],
      policy: {
        defaultAnswer: {verdict: 1, lifetime: 0, ttl: 0},
        entries: [
          {
            line: 3,
            match: {trees: [join(folder, 'real'), '/no/such/place'], uids: [0, 12], ops: 3},
            answer: {verdict: 0, lifetime: 2, ttl: 5_400_000},
          },
          {line: 8, match: {suffixes: ['.docx']}, answer: null},
        ],
      },
    });
  });

  it('asks where it says nothing', async () => {
    expect((await load('answers: []')).policy).toEqual({entries: [], defaultAnswer: null});
  });

  it.each([
    ['syntax', 'answers: [', ['1:11']],
    ['no answers', 'default: deny', ['1:1 the key "answers" is missing']],
    ['nothing at all', '', ['1:1']],
    ['an unknown default', 'default: maybe\nanswers: []', ['1:10 "default"']],
    [
      'an unknown key',
      'answers:\n  - sufix: [.x]\n    answer: deny',
      ['2:5 unknown key "sufix"; did you mean'],
    ],
    [
      'a key in the singular',
      'answers:\n  - exe: /x\n    answer: deny',
      ['2:5 use the key "exes"'],
    ],
    ['no answer', 'answers:\n  - uids: [0]', ['2:5 the key "answer" is missing']],
    [
      'an entry about everything',
      'answers:\n  - answer: allow',
      ['2:5 this entry matches everything'],
    ],
    ['an empty list', 'answers:\n  - uids: []\n    answer: deny', ['2:11']],
    ['a relative path', 'answers:\n  - trees: [srv]\n    answer: deny', ['2:13']],
    ['a suffix with a slash', 'answers:\n  - suffixes: [/x]\n    answer: deny', ['2:16']],
    [
      'a user that is not there',
      'answers:\n  - uids: [0, nosuchuser]\n    answer: deny',
      ['2:15 unknown user: nosuchuser'],
    ],
    [
      'a lifetime that is too long',
      'answers:\n  - uids: [0]\n    answer: deny\n    lifetime: 40000d',
      ['4:15 "lifetime" must be from 1ms'],
    ],
    [
      'a lifetime of what is asked',
      'answers:\n  - uids: [0]\n    answer: ask\n    lifetime: once',
      ['4:15 "lifetime" has no meaning'],
    ],
    [
      'several mistakes',
      'answers:\n  - ops: [raed]\n    answer: alow',
      [
        '2:11',
        '3:13 "answer": unknown value "alow"; expected one of allow, deny, ask; did you mean allow?',
      ],
    ],
  ])('%s is told with line and column', async (_name, text, expected) => {
    const found = await mistakes(text);
    expect(found).toHaveLength(expected.length);
    expected.forEach((beginning, at) => {
      expect(found[at]).toContain(beginning);
    });
  });
});
