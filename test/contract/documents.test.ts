// SPDX-License-Identifier: MIT
import {linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {release} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_STRICT,
  FGUARD_RULE_TREE,
  FGUARD_RULE_UNTIL_EXIT,
} from '../../src/domain/uapi.gen.js';
import {newFolder} from '../unit/folder.js';
import {fguard} from './fguard.js';
import {expectDocument} from './schemas.js';

const FLAGS = FGUARD_RULE_TREE | FGUARD_RULE_CHILDREN | FGUARD_RULE_UNTIL_EXIT | FGUARD_RULE_STRICT;

async function json(args: string[], env: Record<string, string> = {}): Promise<unknown> {
  const {code, stdout, stderr} = await fguard([...args, '--json'], env);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  return JSON.parse(stdout);
}

const log = (folder: string): string[] =>
  readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');

describe('documents', () => {
  it('rules', async () => {
    const document = await json(['rules'], {FAKE_RULES: '2'});
    expectDocument('rules', document);
    expect(document).toMatchObject({
      rules: [
        {
          id: 1,
          name: 'first',
          match: {path: '/srv/file\udcff1'},
          allow: {
            pids: [
              {pid: 10, comm: 'comm0', alive: true},
              {pid: 11, comm: 'comm1', alive: false},
            ],
          },
          hits: {allowed: 3, denied: 5_000_000_000},
        },
        {id: 2, name: null},
      ],
    });
  });

  it('rules, with the answers that they remember', async () => {
    const document = await json(['rules'], {FAKE_RULES: '1', FAKE_REMEMBERED: '1'});
    expectDocument('rules', document);
    expect(document).toMatchObject({answers: [{id: 1, rule: 1}]});
  });

  it('answers', async () => {
    const document = await json(['answers'], {FAKE_REMEMBERED: '3'});
    expectDocument('answers', document);
    expect(document).toMatchObject({
      answers: [
        {id: 1, lifetime: 'time', pid: null, script: null, user: 'root', verdict: 'allow'},
        {id: 2, lifetime: 'forever', script: '/srv/a\udcff.sh', expiresAt: null, exe: '/bin/sh'},
        {id: 3, lifetime: 'process', pid: 12, givenAt: '2026-01-01T00:00:00.123456Z'},
      ],
    });
    expectDocument('answers', await json(['answers']));
  });

  it('answers that are forgotten', async () => {
    const folder = newFolder();
    const env = {FAKE_REMEMBERED: '3', FAKE_LOG: join(folder, 'log')};
    const some = await json(['answers', '--forget', '2', '--forget', '1', '--forget', '2'], env);
    expectDocument('forgotten', some);
    expect(some).toMatchObject({forgotten: [{id: 2}, {id: 1}]});
    expect(await json(['answers', '--all'], env)).toMatchObject({
      forgotten: [{id: 1}, {id: 2}, {id: 3}],
    });
    expect(log(folder).filter((line) => line.startsWith('forget'))).toEqual([
      'forget 2',
      'forget 1',
      'forget all',
    ]);
  });

  it('status, with more hooks than there was room for', async () => {
    const document = (await json(['status'], {FAKE_RULES: '3'})) as {hooks: unknown[]};
    expectDocument('status', document);
    expect(document.hooks).toHaveLength(70);
    expect(document).toMatchObject({
      module: {loaded: true, version: '9.8.7', abi: 1, kernel: release()},
      rules: 3,
      subscribers: 2,
      answerers: 0,
      counters: {
        allowed: 1,
        denied: 2,
        events: 6_000_000_000,
        lost: 4,
        asked: 5_000_000_001,
        expired: 6,
      },
      questions: [],
    });
  });

  it('status, with who waits for an answer', async () => {
    const document = await json(['status'], {FAKE_WAITING: '2', FAKE_ANSWERERS: '3'});
    expectDocument('status', document);
    expect(document).toMatchObject({
      answerers: 3,
      questions: [
        {id: '1', op: 'rename', path: '/srv/\udcff', newPath: '/srv/b', default: 'deny'},
        {id: '2', exe: process.execPath},
      ],
    });
  });

  it('protect: what the library gets, what comes back, who holds the file', async () => {
    /*
     * folder/
     * ├── real/held      open in this process
     * └── link -> real
     */
    const folder = newFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    writeFileSync(join(folder, 'real/held'), '');
    const {open} = await import('node:fs/promises');
    const held = await open(join(folder, 'real/held'), 'r+');
    const args = ['protect', join(folder, 'link/held'), join(folder, 'link/new'), '--pid', '1'];
    const more = ['--ops', 'read,delete', '--else', 'log', '--errno', 'ENOENT'];
    const document = await json([...args, ...more], {FAKE_LOG: join(folder, 'log')});
    const holder = {pid: process.pid, fd: held.fd, path: join(folder, 'real/held'), access: 'rw'};
    await held.close();
    expectDocument('protect', document);
    expect(document).toMatchObject({
      rules: [
        {match: {path: join(folder, 'real/held')}, ops: ['read', 'delete'], else: 'log'},
        {match: {path: join(folder, 'real/new')}, errno: 'ENOENT'},
      ],
      holders: [holder],
    });
    const terms = 'suffix=- name=- flags=0 ops=17 else=1 error=2 ttl=0';
    expect(log(folder)).toEqual([
      `add path=${folder}/real/held ${terms}`,
      'pid 1',
      `add path=${folder}/real/new ${terms}`,
      'pid 1',
      'close',
    ]);
  });

  it('protect with every kind of subject and every trait', async () => {
    const folder = newFolder();
    const args = ['protect', folder, '--pid', '1', '--children', '--exe', '/bin/ls'];
    const who = ['--uid', 'root', '--uid', '7', '--gid', 'daemon', '--loginuid', '0'];
    const rest = ['--tree', '--strict', '--until-exit', '--ttl', '10m', '--name', 'n'];
    const before = Date.now();
    const env = {FAKE_LOG: join(folder, 'log')};
    const document = await json([...args, ...who, ...rest, '--cgroup', '/'], env);
    expectDocument('protect', document);
    const [rule] = (document as {rules: {expiresAt: string}[]}).rules;
    expect(rule).toMatchObject({
      name: 'n',
      match: {path: folder, tree: true, suffix: null},
      allow: {
        pids: [{pid: 1}],
        children: true,
        exes: ['/usr/bin/ls'],
        uids: [0, 7],
        gids: [1],
        loginuids: [0],
        cgroups: ['/sys/fs/cgroup'],
      },
      strict: true,
      untilExit: true,
    });
    const left = Date.parse(rule?.expiresAt ?? '') - 600_000;
    expect(left).toBeGreaterThanOrEqual(before);
    expect(left).toBeLessThanOrEqual(Date.now());
    expect(log(folder)).toEqual([
      `add path=${folder} suffix=- name=n flags=${FLAGS} ops=0 else=0 error=13 ttl=600000`,
      'pid 1',
      'uid 0',
      'uid 7',
      'gid 1',
      'loginuid 0',
      'exe /usr/bin/ls',
      'cgroup /sys/fs/cgroup',
      'close',
    ]);
  });

  it('protect that asks', async () => {
    const folder = newFolder();
    const env = {FAKE_LOG: join(folder, 'log'), FAKE_ANSWERERS: '1'};
    const usual = await json(['protect', join(folder, 'a'), '--else', 'ask'], env);
    const words = ['--else', 'ask', '--default', 'allow', '--deadline', '30s'];
    const chosen = await json(['protect', join(folder, 'b'), ...words], env);
    expectDocument('protect', chosen);
    expect([usual, chosen]).toMatchObject([
      {rules: [{else: 'ask', default: 'deny', deadlineMs: 5000, against: false}]},
      {
        rules: [{default: 'allow', deadlineMs: 30_000, hits: {allowed: 3, asked: 6, expired: 2}}],
      },
    ]);
    expect(log(folder).filter((line) => line.startsWith('ask'))).toEqual([
      'ask default_allow=0 deadline=0',
      'ask default_allow=1 deadline=30000',
    ]);
  });

  it('protect of a suffix, everywhere and below a directory', async () => {
    const folder = newFolder();
    const everywhere = await json(['protect', '--suffix', '.docx']);
    const below = await json(['protect', folder, '--suffix', '.docx']);
    expect([everywhere, below]).toMatchObject([
      {rules: [{match: {path: null, tree: false, suffix: '.docx'}}]},
      {rules: [{match: {path: folder, tree: false, suffix: '.docx'}}]},
    ]);
    expectDocument('protect', everywhere);
  });

  it('protect of a directory is about all that is in it, unless told otherwise', async () => {
    /*
     * folder/
     * ├── tree/
     * └── file
     */
    const folder = newFolder();
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'file'), '');
    const trees = async (...words: string[]): Promise<unknown[]> => {
      const paths = words.map((word) => (word.startsWith('--') ? word : join(folder, word)));
      const {rules} = (await json(['protect', ...paths])) as {rules: {match: {tree: boolean}}[]};
      return rules.map(({match}) => match.tree);
    };
    expect(await trees('tree', 'file', 'new', 'new-tree/')).toEqual([true, false, false, true]);
    expect(await trees('tree', 'file', 'new', '--no-tree')).toEqual([false, false, false]);
    expect(await trees('new', '--tree')).toEqual([true]);
  });

  it('protect says of a directory what is guarded of it', async () => {
    const folder = newFolder();
    const said = async (...words: string[]): Promise<string> =>
      (await fguard(['protect', ...words])).stdout;
    expect(await said(folder)).toContain(`guards ${folder} and everything in it\n`);
    expect(await said(folder, '--no-tree')).toMatch(/guards only the directory itself/);
    expect(await said(join(folder, 'new'))).toMatch(/if it becomes a directory, .* --tree/);
  });

  it('protect of a tree warns of what is mounted below it', async () => {
    const args = ['protect', '/dev', '--pid=1', '--name', 'all', '--json'];
    const {code, stdout, stderr} = await fguard(args);
    expect(code).toBe(0);
    expectDocument('protect', JSON.parse(stdout));
    expect(stderr).toMatch(
      /^fguard: file systems mounted below are not guarded; .*: fguard protect .*\/dev\/pts .*--tree --pid 1\n/,
    );
  });

  it('explain', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    writeFileSync(path, '');
    linkSync(path, join(folder, 'other'));
    const env = {FAKE_RULES: '70', FAKE_LOG: join(folder, 'log')};
    const document = (await json(['explain', path, '--op', 'mount'], env)) as {
      matches: unknown[];
      device: string | null;
      beneath: {path: string}[];
    };
    expectDocument('explain', document);
    expect(document.beneath[0]?.path ?? null).toBe(document.device);
    expect(document.matches).toHaveLength(70);
    expect(document.matches.slice(68)).toMatchObject([
      {rule: {id: 69}, kind: 'path', distance: 68, decides: false},
      {rule: {id: 70}, kind: 'suffix', distance: 69, decides: true},
    ]);
    expect(document).toMatchObject({
      path,
      op: 'mount',
      process: null,
      verdict: 'deny',
      reason: 'rule',
      rule: 70,
      links: {count: 2, others: [join(folder, 'other')]},
      holders: [],
    });
    expect(log(folder)[0]).toBe(`explain path=${path} op=10 pid=0`);
  });

  it('explain, with what an executable that is let in may be made to run', async () => {
    const folder = newFolder();
    const script = join(folder, 'script');
    writeFileSync(script, '#!/bin/sh\n');
    const explain = async (exe: string) => {
      const document = await json(['explain', folder], {FAKE_RULES: '2', FAKE_EXE: exe});
      expectDocument('explain', document);
      return document;
    };
    for (const [exe, kind, why] of [
      ['/usr/bin/python3.11', 'interpreter', 'any script it is given'],
      ['/usr/bin/cat', 'program', 'LD_PRELOAD'],
      [script, 'script', 'does not allow it'],
    ] as const)
      expect(await explain(exe)).toMatchObject({
        executables: [{exe, kind, rules: [1, 2], why: expect.stringContaining(why)}],
      });
  });

  it('explain for a process, and where no rule is', async () => {
    const pid = String(process.pid);
    const path = join(newFolder(), 'new');
    const granted = await json(['explain', path, '--pid', pid], {FAKE_RULES: '1'});
    expectDocument('explain', granted);
    expect(granted).toMatchObject({
      process: {pid: process.pid},
      reason: 'grant',
      executables: [],
      links: null,
    });
    const free = await json(['explain', path]);
    expectDocument('explain', free);
    expect(free).toMatchObject({reason: 'none', rule: null, matches: []});
  });

  it('a name that is not UTF-8 reaches the library as it is', async () => {
    const folder = newFolder();
    const {spawnSync} = await import('node:child_process');
    const {ROOT} = await import('./compile.js');
    const {FAKE} = await import('./fguard.js');
    const script = `exec "${process.execPath}" "${ROOT}bin/run.js" protect "${folder}/a$(printf '\\377')b" --json`;
    const env = {...process.env, FGUARD_LIBRARY: FAKE, FAKE_LOG: join(folder, 'log')};
    const {status, stdout} = spawnSync('sh', ['-c', script], {env, encoding: 'utf8'});
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({rules: [{match: {path: `${folder}/a\udcffb`}}]});
    expect(readFileSync(join(folder, 'log')).includes(Buffer.from([0x61, 0xff, 0x62]))).toBe(true);
  });

  it('unprotect by id, by name and by path names each rule once', async () => {
    const folder = newFolder();
    const env = {FAKE_RULES: '3', FAKE_LOG: join(folder, 'log')};
    const document = await json(['unprotect', '2', 'first', '1'], env);
    expectDocument('removed', document);
    expect(log(folder)).toEqual([
      'delete id=2 path=- name=-',
      'delete id=1 path=- name=-',
      'close',
    ]);
  });

  it('unprotect of a suffix', async () => {
    const folder = newFolder();
    const env = {FAKE_SUFFIX: '.docx', FAKE_RULES: '2', FAKE_LOG: join(folder, 'log')};
    const document = await json(['unprotect', '.docx'], env);
    expectDocument('removed', document);
    expect(document).toMatchObject({removed: [{id: 1, match: {path: null, suffix: '.docx'}}]});
    expect(log(folder)).toEqual(['delete id=1 path=- name=-', 'close']);
  });

  it('clear', async () => {
    const document = (await json(['clear'], {FAKE_RULES: '3'})) as {removed: unknown[]};
    expectDocument('removed', document);
    expect(document.removed).toHaveLength(3);
  });

  it('whois', async () => {
    const document = await json(['whois', String(process.pid)]);
    expectDocument('whois', document);
    expect(document).toMatchObject({
      pid: process.pid,
      exe: process.execPath,
      uid: process.getuid?.(),
      loginuid: 4321,
      user: 'ann1',
    });
  });

  it('whois where nobody logged in', async () => {
    const document = await json(['whois', '1']);
    expectDocument('whois', document);
    expect(document).toMatchObject({loginuid: null, user: null});
  });

  it('unload of a module that is not there', async () => {
    expectDocument('unload', await json(['unload']));
  });
});
