// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {chmodSync, linkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';
import {FAKE, fguard, start} from './fguard.js';
import {expectDocument} from './schemas.js';

const ENOENT = '2';
const EPERM = '1';
const ESRCH = '3';
const EPROTO = '71';

interface Failure {
  error: {code: string; message: string; next: string[]};
}

async function failure(args: string[], env: Record<string, string> = {}) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const {code, stdout} = await fguard(args.toSpliced(end, 0, '--json'), env);
  const document = JSON.parse(stdout) as Failure;
  expectDocument('error', document);
  return {exit: code, ...document.error};
}

describe('failures, as JSON on stdout with their exit code', () => {
  it.each(['rules', 'status', 'clear', 'watch', 'ask', 'lock'])(
    '%s without the module',
    async (command) => {
      expect(await failure([command], {FAKE_OPEN: ENOENT})).toMatchObject({
        exit: 3,
        code: 'ENOTLOADED',
        next: ['sudo fguard load'],
      });
    },
  );

  it('without the right', async () => {
    expect(await failure(['rules'], {FAKE_OPEN: EPERM})).toMatchObject({
      exit: 4,
      code: 'EPERM',
      next: ['sudo fguard rules --json'],
    });
  });

  it('with a command that can be copied', async () => {
    const name = "it's\u001b[2J \\x";
    const args = ['unprotect', 'a b', name];
    const quoted = `sudo fguard unprotect 'a b' $'it\\x27s\\x1b[2J\\x20\\x5cx'`;
    expect((await failure(args, {FAKE_OPEN: EPERM})).next).toEqual([`${quoted} --json`]);
    expect((await fguard(args, {FAKE_OPEN: EPERM})).stderr).toContain(`  try: ${quoted}\n`);
  });

  it('with a module of another version', async () => {
    expect(await failure(['rules'], {FAKE_OPEN: EPROTO})).toMatchObject({
      exit: 1,
      code: 'EVERSION',
      message: expect.stringContaining('the fake says no') as string,
    });
  });

  it("the kernel's sentence passes through", async () => {
    const path = join(newFolder(), 'x');
    expect(await failure(['protect', path], {FAKE_ADD: ESRCH})).toEqual({
      exit: 1,
      code: 'ESRCH',
      message: 'the fake says no',
      next: [],
    });
  });

  it('a library that is not there', async () => {
    const {code, exit} = await failure(['rules'], {FGUARD_LIBRARY: '/no/libfguard.so'});
    expect([exit, code]).toEqual([1, 'ENOLIBRARY']);
  });

  it.each([
    ['an unknown flag', ['rules', '--nope'], '--nope'],
    ['a missing argument', ['protect'], 'PATH'],
    ['an argument too many', ['rules', 'x'], 'x'],
    ['an unknown operation', ['protect', '/x', '--ops', 'read,raed'], 'raed'],
    ['a default without asking', ['protect', '/x', '--default', 'allow'], '--else ask'],
    ['a deadline without asking', ['protect', '/x', '--deadline', '5s'], '--else ask'],
    ['an unknown default', ['protect', '/x', '--else', 'ask', '--default', 'ask'], 'ask'],
    ['a deadline of two days', ['protect', '/x', '--else', 'ask', '--deadline', '2d'], '2d'],
    ['an unknown default of ask', ['ask', '--default', 'maybe'], 'maybe'],
    ['an unknown verdict', ['watch', '--verdict', 'no'], 'no'],
    ['an unknown errno', ['protect', '/x', '--errno', 'EIO'], 'EIO'],
    ['an unknown answer', ['protect', '/x', '--else', 'shrug'], 'shrug'],
    ['a pid that is no number', ['protect', '/x', '--pid', '12x'], '12x'],
    ['a pid of zero', ['whois', '0'], '0'],
    ['a count that is no number', ['watch', '--count', '1.5'], '1.5'],
    ['a time without a unit', ['watch', '--for', '10'], '10'],
    ['a longer wait than there is', ['watch', '--for', '25d'], '25d'],
    ['a name like an id', ['protect', '/x', '--name', '7'], '7'],
    ['one name for two', ['protect', '/x', '/y', '--name', 'n'], '--name'],
    ['a tree without a path', ['watch', '--tree'], '--tree'],
    ['a user that is not there', ['watch', '--user', 'no-such-user'], 'no-such-user'],
    ['a group that is not there', ['protect', '/x', '--gid', 'no-such-group'], 'no-such-group'],
    ['a suffix with a slash', ['protect', '--suffix', 'a/b'], 'a/b'],
    ['a tree of nothing', ['protect', '--tree', '--suffix', '.x'], '--tree'],
    ['no tree of nothing', ['protect', '--no-tree', '--suffix', '.x'], '--no-tree needs'],
    [
      'a tree that is none',
      ['protect', '/x', '--no-tree', '--tree'],
      '--no-tree cannot be combined',
    ],
    [
      'a suffix below no tree',
      ['protect', '/', '--no-tree', '--suffix', '.x'],
      '--no-tree cannot be combined',
    ],
    ['descendants of nobody', ['protect', '/x', '--children'], '--children'],
    ['an exit of nobody', ['protect', '/x', '--until-exit'], '--until-exit'],
    ['a life without a unit', ['protect', '/x', '--ttl', '10'], '--ttl 10'],
    ['an operation to explain', ['explain', '/x', '--op', 'raed'], 'raed'],
    ['a command not behind --', ['run', 'true'], '--'],
    ['a command before and behind', ['run', 'a', '--', 'b'], '--'],
    ['no command', ['run', '--protect', '/tmp/x', '--'], 'cmd'],
    ['a misspelt command', ['prtect', '/x'], 'protect'],
    ['a command of the lab not behind --', ['lab', 'true'], '--'],
    ['a kernel that nobody has', ['lab', '--kernel', '0.1'], '0.1'],
    ['a kernel that is a path', ['lab', '--kernel', '../kernels'], '../kernels'],
    ['one kernel and all', ['rebuild', '--all', '--kernel', '6.1'], '--all'],
    ['a key without its certificate', ['rebuild', '--sign-key', '/k'], '--sign-cert'],
    ["a kernel's version that is a path", ['rebuild', '--kernel', '../x'], '../x'],
  ])('%s is wrong usage and named', async (_name, args, named) => {
    const {exit, code, message} = await failure(args);
    expect([exit, code]).toEqual([2, 'EUSAGE']);
    expect(message).toContain(named);
  });

  it.each([
    ['a pid without a process', ['protect', '/tmp/x', '--pid', '4194303'], 'ESRCH', '4194303'],
    ['a missing directory', ['protect', '/no/such/x'], 'ENOENT', '/no/such'],
    ['a file as a directory', ['protect', '/etc/passwd/x'], 'ENOTDIR', '/etc/passwd'],
    ['the same path twice', ['protect', '/tmp/x', '/tmp/./x'], 'EEXIST', '/tmp/x'],
    ['an executable that is none', ['protect', '/tmp/x', '--exe', '/tmp'], 'EACCES', '/tmp'],
    ['a unit that is none', ['protect', '/x', '--cgroup', 'no.service'], 'ENOENT', 'no.service'],
    ['a tree that is a file', ['protect', '/etc/passwd', '--tree'], 'ENOTDIR', '/etc/passwd'],
    ['a process no rule allows', ['explain', '/tmp/x', '--pid', '4194303'], 'ESRCH', '4194303'],
    ['a rule that is not there', ['unprotect', '99'], 'ENOENT', '99'],
    ['a process that is not there', ['whois', '4194303'], 'ESRCH', '4194303'],
    ['a tree that is a file', ['watch', '--tree', '/etc/passwd'], 'ENOTDIR', '/etc/passwd'],
    ['a kernel that is not there', ['rebuild', '--kernel', '1.2.3'], 'ENOKERNEL', '1.2.3'],
  ])('%s is refused and named', async (_name, args, code, named) => {
    const found = await failure(args);
    expect(found).toMatchObject({exit: 1, code});
    expect(found.message).toContain(named);
  });

  it('a thread is not a process', async () => {
    const tid = spawnSync('sh', ['-c', `ls /proc/${process.pid}/task`], {encoding: 'utf8'})
      .stdout.trim()
      .split('\n')
      .find((id) => id !== String(process.pid));
    if (tid === undefined) throw new Error('this process has no other thread');
    const {code, message} = await failure(['protect', '/tmp/x', '--pid', tid]);
    expect([code, message]).toEqual(['ESRCH', expect.stringContaining(String(process.pid))]);
  });

  function asNobody(words: string[], env: Record<string, string> = {}) {
    const nobody = process.getuid?.() === 0 ? {uid: 65534, gid: 65534} : {};
    const args = [`${ROOT}bin/run.js`, ...words, '--json'];
    const {status, stdout} = spawnSync(process.execPath, args, {
      ...nobody,
      env: {HOME: '/nonexistent', FGUARD_LIBRARY: FAKE, ...env},
      encoding: 'utf8',
    });
    const document = JSON.parse(stdout) as Failure;
    expectDocument('error', document);
    return {exit: status, ...document.error};
  }

  it.each(['load', 'unload'])('%s without root', (command) => {
    expect(asNobody([command])).toMatchObject({exit: 4, code: 'EPERM'});
  });

  it.each([
    ['a folder of rules', (folder: string) => ({words: ['check'], env: {FGUARD_RULES: folder}})],
    ['a file in it', (folder: string) => ({words: ['check', join(folder, 'a.yaml')], env: {}})],
  ])('%s that cannot be read is not one without a mistake', (_what, toCall) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'a.yaml'), 'rules: [oops\n');
    chmodSync(folder, 0);
    const {words, env} = toCall(folder);
    const found = asNobody(words, env);
    chmodSync(folder, 0o700);
    expect(found).toMatchObject({exit: 4, code: 'EPERM'});
    expect(found.message).toContain(`cannot read ${folder}`);
  });

  it('apply --confirm yes without root', () => {
    const FGUARD_RUN = newFolder();
    chmodSync(FGUARD_RUN, 0);
    const found = asNobody(['apply', '--confirm', 'yes'], {FGUARD_RUN});
    chmodSync(FGUARD_RUN, 0o700);
    expect(found).toMatchObject({
      exit: 4,
      code: 'EPERM',
      next: ['sudo fguard apply --confirm yes --json'],
    });
  });
});

describe('failures, for a person', () => {
  it('go to stderr, escaped, with the remedy', async () => {
    const {code, stdout, stderr} = await fguard(['unprotect', 'a\u001b[2Jb\nc']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'fguard: no rule has the path, id, name or suffix a\\x1b[2Jb\\nc\n  try: sudo fguard rules\n',
    );
  });

  it('protect warns of interpreters, scripts and hard links, also beside JSON', async () => {
    const folder = newFolder();
    const [file, script] = [join(folder, 'file'), join(folder, 'script')];
    writeFileSync(file, '');
    writeFileSync(script, '#!/bin/sh\n');
    linkSync(file, join(folder, 'o\nther'));
    const args = ['protect', file, '--exe', '/bin/sh', '--exe', script, '--exe', '/bin/ls'];
    const {code, stdout, stderr} = await fguard([...args, '--json']);
    expect(code).toBe(0);
    expectDocument('protect', JSON.parse(stdout));
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('/usr/bin/dash runs any script it is given'),
      expect.stringContaining(`${script} is a script`),
      expect.stringContaining(`${file} has 2 hard links, also ${folder}/o\\nther`),
    ]);
  });

  it('a list that is read no further ends quietly', async () => {
    const child = start(['rules'], {FAKE_RULES: '60'});
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout?.destroy();
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([0, '']);
  });
});
