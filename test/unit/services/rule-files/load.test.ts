// SPDX-License-Identifier: MIT
import fs, {lchownSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {ruleFiles} from '../../../../src/services/rule-files/find.js';
import {loadRuleFiles} from '../../../../src/services/rule-files/load.js';
import {fguard_else, fguard_verdict} from '../../../../src/domain/uapi.gen.js';
import {EVE, evesFolder, isRoot} from '../../eve.js';
import {newFolder} from '../../folder.js';
import {REQUEST} from '../../plain-rule.js';

let folder: string;

beforeEach(() => {
  /*
   * folder/
   * ├── real/
   * └── link -> real
   */
  folder = newFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
});

afterEach(() => {
  vi.restoreAllMocks();
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text.replaceAll('FOLDER', folder));
  return path;
}

const requests = (text: string) => {
  const {rules, mistakes} = loadRuleFiles([write('f.yaml', text)]);
  expect(mistakes).toEqual([]);
  return rules.map(({request}) => request);
};

const complaints = (text: string): string[] =>
  loadRuleFiles([write('f.yaml', text)]).mistakes.map(
    ({line, column, message}) => `${line}:${column} ${message}`,
  );

describe('a rule file', () => {
  it('becomes what the kernel takes', () => {
    const text = `rules:
  - name: everything
    path: FOLDER/link/new
    ops: [read, write]
    allow:
      exes: [/bin/ls, /usr/bin/ls]
      uids: [root, 7, 0]
      gids: [daemon]
      loginuids: [0]
      cgroups: [/]
    else: ask
    errno: ENOENT
    default: allow
    deadline: 1.5m
    strict: true
  - path: FOLDER/link
    tree: true
  - suffix: .docx
`;
    const everything = {
      ...REQUEST,
      name: 'everything',
      path: join(folder, 'real/new'),
      ops: 3,
      exes: ['/usr/bin/ls'],
      uids: [0, 7],
      gids: [1],
      loginuids: [0],
      cgroups: ['/sys/fs/cgroup'],
      elseAction: fguard_else.FGUARD_ELSE_ASK,
      error: 2,
      defaultVerdict: fguard_verdict.FGUARD_VERDICT_ALLOW,
      timeout: 90_000,
      strict: true,
    };
    const plain = {...REQUEST, error: 0, timeout: 0};
    expect(requests(text)).toEqual([
      everything,
      {...plain, path: join(folder, 'real'), tree: true},
      {...plain, path: null, suffix: '.docx'},
    ]);
  });

  it('may be empty, but says so', () => {
    expect(requests('rules: []\n')).toEqual([]);
    expect(complaints('')).toEqual(['1:1 the file must be a map with the key rules, not empty']);
    expect(complaints('{}')).toEqual(['1:1 the key "rules" is missing']);
  });

  it.each([
    ['- path: srv/x', '2:9 "path" must be an absolute path, not "srv/x"'],
    ['- elze: x\n  path: /tmp/x', '2:3 unknown key "elze"; did you mean else?'],
    ['- path: /tmp/x\n  zzzzzz: 1', '3:3 unknown key "zzzzzz"'],
    ['- name: 12\n  path: /tmp/x', /^2:9 "name" must be a name .*, not 12$/],
    ['- name: "12"\n  path: /tmp/x', /^2:9 "name" must be a name .*, not "12"$/],
    [`- name: ${'é'.repeat(33)}\n  path: /tmp/x`, '2:9 "name" must be at most 64 bytes long'],
    ['- suffix: a/b', /^2:11 "suffix" must be a file-name ending/],
    [`- suffix: ${'é'.repeat(128)}`, '2:11 "suffix" must not be longer than a file name can be'],
    [
      '- ops: [raed]\n  path: /tmp/x',
      /^2:9 "ops": unknown operation "raed"; expected one of .*mean read\?$/,
    ],
    ['- ops: []\n  path: /tmp/x', /^2:8 "ops" must be a list of operations/],
    [
      '- else: dny\n  path: /tmp/x',
      /unknown value "dny"; expected one of deny, ask, log; did you mean deny\?$/,
    ],
    ['- errno: EIO\n  path: /tmp/x', /^2:10 "errno": unknown value "EIO"; expected one of/],
    ['- strict: yes\n  path: /tmp/x', '2:11 "strict" must be true or false, not "yes"'],
    ['- deadline: 10\n  path: /tmp/x', /^2:13 "deadline" must be a time such as/],
    ['- deadline: 0s\n  path: /tmp/x', '2:13 "deadline" must be more than 0 and at most one day'],
    ['- deadline: 2d\n  path: /tmp/x', '2:13 "deadline" must be more than 0 and at most one day'],
    ['- strict: true', '2:3 a rule needs a path, a suffix or both'],
    ['- suffix: .x\n  tree: true', '3:3 "tree" also needs the key "path"'],
    ['- foo', '2:3 each item of "rules" must be a rule, not "foo"'],
    ['- path: /no/such/x', '2:9 the directory /no/such does not exist'],
    ['- path: /', '2:9 / itself cannot be guarded; give paths inside it, or a --suffix'],
    [
      '- path: //./\n  tree: true',
      '2:9 / itself cannot be guarded; give paths inside it, or a --suffix',
    ],
    ['- path: /etc/passwd\n  tree: true', '2:9 /etc/passwd is not a directory'],
    ['- path: /tmp/x\n  allow: {exes: [/etc]}', '3:18 /etc is not an executable'],
    ['- path: /tmp/x\n  allow: {exes: /bin/ls}', /^3:17 "exes" must be a list of executables/],
    ['- path: /tmp/x\n  allow: {uids: [nobody2]}', '3:18 unknown user: nobody2'],
    [
      '- path: /tmp/x\n  allow: {gids: [-1]}',
      /^3:18 each item of "gids" must be a name or a number/,
    ],
    ['- path: /tmp/x\n  allow: {pids: [1]}', /^3:11 a rule in a file cannot refer to a process/],
    ['- path: /tmp/x\n  allow: {exe: [/bin/ls]}', '3:11 use the key "exes", which takes a list'],
    ['- path: /tmp/x\n  ttl: 10m', /^3:3 a rule in a file cannot expire/],
    ['- match: {path: x}', '2:17 "path" must be an absolute path, not "x"'],
    ['- match: {path: /no/such/x}', '2:17 the directory /no/such does not exist'],
    ['- match: {path: /tmp/x}\n  expiresAt: "2026-01-01"', /^3:14 "expiresAt" must be null/],
    ['- match: {path: /tmp/x}\n  untilExit: true', /^3:14 "untilExit" must be false/],
  ])('says what is wrong: %s', (rule, complaint) => {
    const found = complaints(`rules:\n${rule}\n`);
    expect(found).toEqual([
      typeof complaint === 'string' ? complaint : expect.stringMatching(complaint),
    ]);
  });

  it('takes an executable that is not installed yet, and says so', () => {
    const text = 'rules:\n  - path: FOLDER/x\n    allow: {exes: [FOLDER/new, FOLDER/none/new]}\n';
    const {rules, mistakes, warnings} = loadRuleFiles([write('f.yaml', text)]);
    expect(mistakes).toEqual([]);
    expect(rules[0]?.request.exes).toEqual([`${folder}/new`, `${folder}/none/new`]);
    expect(warnings.map(({line, message}) => `${line} ${message}`)).toEqual([
      `3 ${folder}/new does not exist; it allows nobody until it does`,
      `3 ${folder}/none/new does not exist; it allows nobody until it does`,
    ]);
  });

  it('lets in nobody by a cgroup that is not there, and warns', () => {
    const allow = 'allow: {uids: [0], cgroups: [no.service';
    const text = `rules:\n- path: FOLDER/a\n  ${allow}]}\n- path: FOLDER/b\n  ${allow}, /]}\n`;
    const {rules, mistakes, warnings} = loadRuleFiles([write('f.yaml', text)]);
    expect(mistakes).toEqual([]);
    expect(rules.map(({request}) => request)).toMatchObject([
      {uids: [], cgroups: []},
      {uids: [0], cgroups: ['/sys/fs/cgroup']},
    ]);
    const message = expect.stringMatching(/^unit no\.service has no cgroup .*nobody/);
    expect(warnings).toMatchObject([
      {line: 3, column: 32, message},
      {line: 5, column: 32, message},
    ]);
  });

  it.each([
    ['exes: [FOLDER]', {exes: []}],
    ['uids: [no-such-user]', {uids: []}],
    ['gids: [no-such-group]', {gids: []}],
    ['loginuids: [no-such-user]', {loginuids: []}],
    // the rest of a rule that would be for fewer than this says
    ['uids: [no-such-user], exes: [/bin/ls]', {uids: [], exes: []}],
    ['exes: [FOLDER], gids: [0], cgroups: [/]', {exes: [], gids: [], cgroups: []}],
    // others are what they are
    ['uids: [no-such-user, 4711], gids: [0]', {uids: [4711], gids: [0]}],
  ])('lets in nobody by a subject that is unknown, which is a mistake: %s', (allow, subjects) => {
    const text = `rules:\n- path: FOLDER/a\n  allow: {${allow}}\n- path: FOLDER/b\n`;
    const {rules, mistakes} = loadRuleFiles([write('f.yaml', text)]);
    expect(mistakes).toMatchObject([{line: 3}]);
    expect(rules.map(({request}) => request)).toMatchObject([
      {path: `${folder}/a`, ...subjects},
      {path: `${folder}/b`},
    ]);
  });

  it('tells what this machine lacks beside what no machine takes', () => {
    const text =
      'rules:\n  - path: /no/such/x\n    opps: [read]\n    ops: [raed]\n    allow: {uids: [no-such-user]}\n';
    const {rules, mistakes} = loadRuleFiles([write('f.yaml', text)]);
    expect(rules).toEqual([]);
    expect(mistakes.map(({line, message}) => [line, message])).toEqual([
      [2, expect.stringContaining('/no/such')],
      [3, expect.stringContaining('opps')],
      [4, expect.stringContaining('raed')],
      [5, expect.stringContaining('no-such-user')],
    ]);
  });

  it('tells all mistakes at once, in the order of the lines', () => {
    const text = `rules:
  - path: x
    ops: [raed, write, exce]
  - {path: /no/such/x}
  - {path: FOLDER/a, elze: deny}
`;
    expect(complaints(text).map((line) => line.split(' ')[0])).toEqual([
      '2:11',
      '3:11',
      '3:24',
      '4:12',
      expect.stringMatching(/^5:/),
    ]);
  });
});

describe('several rule files', () => {
  it('may not be about one object, or have one name, twice', () => {
    const files = [
      write('1.yaml', 'rules:\n  - {path: FOLDER/real/x, name: n}\n  - suffix: .docx\n'),
      write(
        '2.yaml',
        'rules:\n  - path: FOLDER/link/x\n  - suffix: .docx\n  - {suffix: .a, name: n}\n',
      ),
    ];
    const first = files[0] ?? '';
    const {mistakes} = loadRuleFiles(files);
    expect(mistakes).toMatchObject([
      {file: files[1], line: 2, message: `another rule is about the same object: ${first}:2`},
      {file: files[1], line: 3, message: `another rule is about the same object: ${first}:3`},
      {file: files[1], line: 4, message: `another rule has this name: ${first}:2`},
    ]);
  });

  it('are those named, those of a directory, or the saved ones', () => {
    for (const name of ['b.yaml', 'a.yml', 'c.json', '.hidden.yaml', 'notes.txt', 'd.yaml~'])
      write(name, 'rules: []\n');
    const all = ['a.yml', 'b.yaml', 'c.json'].map((name) => join(folder, name));
    const [, b = ''] = all;
    expect(ruleFiles([b])).toEqual([b]);
    expect(ruleFiles([b, folder])).toEqual([b, all[0], all[2]]);
    expect(ruleFiles([], `${folder}/`)).toEqual(all);
    expect(ruleFiles([], join(folder, 'none'))).toEqual([]);
  });
});

it('a path on a disk that fails is a mistake like another', () => {
  const failure = Object.assign(new Error('EIO'), {code: 'EIO'});
  vi.spyOn(fs.realpathSync, 'native').mockImplementation(() => {
    throw failure;
  });
  expect(complaints('rules:\n  - {path: FOLDER/real/x}\n  - {suffix: .x}\n')).toEqual([
    expect.stringMatching(/^2:12 .*input or output error$/),
  ]);
});

describe.runIf(isRoot)('a rule about a place of another user', () => {
  const about = (path: string): string => `rules:\n  - path: ${path}\n    allow: {uids: [0]}\n`;

  /*
   * eve/
   * ├── real/
   * ├── .ssh -> folder/real
   * ├── root -> folder/real   which root has made
   * └── gone -> folder/new    which is not there
   */
  it('does not follow what she may put a link to', () => {
    const eve = evesFolder();
    mkdirSync(join(eve, 'real'));
    symlinkSync(join(folder, 'real'), join(eve, '.ssh'));
    lchownSync(join(eve, '.ssh'), EVE, EVE);
    symlinkSync(join(folder, 'real'), join(eve, 'root'));
    symlinkSync(join(folder, 'new'), join(eve, 'gone'));
    const leads = (from: string): string[] => [
      expect.stringMatching(
        `${join(eve, from)} is a symbolic link that user ${EVE} controls, and it leads to .*, which that user does not own`,
      ) as string,
    ];
    expect(complaints(about(join(eve, '.ssh')))).toEqual(leads('.ssh'));
    expect(complaints(about(join(eve, 'root')))).toEqual(leads('root'));
    expect(complaints(about(join(eve, '.ssh/new')))).toEqual(leads('.ssh'));
    expect(complaints(about(join(eve, 'gone')))).toEqual(leads('gone'));
    expect(requests(about(join(eve, 'real/new')))).toMatchObject([{path: join(eve, 'real/new')}]);
    expect(requests(about(join(eve, 'new')))).toMatchObject([{path: join(eve, 'new')}]);
  });
});
