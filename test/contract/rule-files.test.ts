// SPDX-License-Identifier: MIT
/* The rule files through the built command line, and the process that holds the former rules. */
import {type ChildProcess, execFileSync} from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  watch as watchFile,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';

import {EVE, evesFile, isRoot} from '../unit/eve.js';
import {newFolder} from '../unit/folder.js';
import {finish, fguard, saysOnStderr, start} from './fguard.js';
import {expectDocument} from './schemas.js';

const IN_FORCE = 'still waiting for confirmation';

let folder: string;
let file: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = newFolder();
  file = join(folder, 'rules.yaml');
  writeFileSync(file, `rules:\n  - {path: ${folder}/a, name: new}\n  - suffix: .docx\n`);
  env = {FAKE_RULES: '2', FAKE_LOG: join(folder, 'log'), FGUARD_RUN: folder};
});

const log = (): string[] =>
  existsSync(env.FAKE_LOG ?? '')
    ? readFileSync(env.FAKE_LOG ?? '', 'latin1')
        .split('\n')
        .filter((line) => /^(?:set|add)/.test(line))
        .map((line) => line.replace(/ suffix=.*/, ''))
    : [];

const applied = (): string[] => ['set 2', `add path=${folder}/a`, 'add path=-'];
const back = ['set 2', 'add path=/srv/file\xff1', 'add path=/srv/file\xff2'];

/** Resolves once the library was called as often as that. */
function calls(wanted: string[]): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watchFile(folder, look);
    function look(): void {
      if (log().length < wanted.length) return;
      watcher.close();
      resolve();
    }
    look();
  });
}

async function json(args: string[]): Promise<unknown> {
  const {code, stdout, stderr} = await fguard([...args, '--json'], env);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('check', () => {
  it('finds nothing wrong', async () => {
    const document = await json(['check', file]);
    expectDocument('check', document);
    expect(document).toEqual({files: [file], rules: 2, mistakes: [], warnings: []});
  });

  it('says where each mistake is, and ends with 1', async () => {
    writeFileSync(file, 'rules:\n  - {path: x}\n  - suffix: "a/\\e[2J"\n');
    const {code, stdout} = await fguard(['check', file, '--json']);
    const document = JSON.parse(stdout) as {mistakes: unknown[]};
    expectDocument('check', document);
    expect(code).toBe(1);
    expect(document.mistakes).toMatchObject([
      {file, line: 2, column: 12},
      {file, line: 3, column: 13},
    ]);
    const shown = await fguard(['check', file]);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain(`${file}:2:12: "path" must be an absolute path, not "x"\n`);
    expect(shown.stdout).toContain('\\\\u001b[2J');
    expect(shown.stderr).toBe('2 errors\n');
  });

  it('needs neither the module nor a file', async () => {
    const {code} = await fguard(['check', folder], {FAKE_OPEN: '2'});
    expect(code).toBe(0);
    const none = await fguard(['check', join(folder, 'none'), '--json']);
    expect(none.code).toBe(1);
    expect(JSON.parse(none.stdout)).toMatchObject({error: {code: 'ENOENT'}});
  });
});

describe('export', () => {
  it('closes rules with processes, and says so', async () => {
    const {code, stdout, stderr} = await fguard(['export', '--json'], env);
    expect(code).toBe(0);
    expect(stderr).toMatch(/rule 1 about \/srv\/file\\xff1 allows processes/);
    expectDocument('rules', JSON.parse(stdout));
    const {rules} = JSON.parse(stdout) as {rules: unknown[]};
    expect(rules[0]).toMatchObject({match: {path: '/srv/file\udcff1'}, allow: {pids: []}});
  });

  it('prints a file that has no mistake', async () => {
    const {stdout} = await fguard(['export'], {...env, FAKE_RULES: '0', FAKE_PATH: `${folder}/é`});
    writeFileSync(file, stdout);
    expect(stdout).toMatch(/^# yaml-language-server: \$schema=.*\/schemas\/rules\.schema\.json\n/);
    expect(await json(['check', file])).toMatchObject({rules: 1, mistakes: []});
  });
});

describe('apply', () => {
  it('sets all rules with one call, and says what that changes', async () => {
    const document = await json(['apply', file]);
    expectDocument('apply', document);
    expect(document).toMatchObject({
      applied: true,
      rules: [{name: 'new'}, {match: {suffix: '.docx'}}],
      added: [{name: 'new'}, {match: {suffix: '.docx'}}],
      removed: [{id: 1}, {id: 2}],
    });
    expect(log()).toEqual(applied());
  });

  it('only shows it with --dry-run', async () => {
    const document = await json(['apply', file, '--dry-run']);
    expectDocument('apply', document);
    expect(document).toMatchObject({applied: false, rules: [{id: 1}, {id: 2}]});
    expect(log()).toEqual([]);
  });

  it('touches nothing where nothing differs', async () => {
    writeFileSync(file, `rules:\n  - {path: ${folder}/b}\n`);
    env = {...env, FAKE_RULES: '0', FAKE_PATH: `${folder}/b`};
    expect(await json(['apply', file])).toMatchObject({applied: true, unchanged: [{id: 1}]});
    expect(log()).toEqual([]);
  });

  it('changes nothing if anything in any file is wrong', async () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'rules: [{}]\n');
    const {code, stdout} = await fguard(['apply', file, wrong, '--json'], env);
    expect(code).toBe(1);
    const document = JSON.parse(stdout) as {error: {message: string}};
    expectDocument('error', document);
    expect(document.error.message).toContain(`${wrong}:1:9: a rule needs a path`);
    expect(log()).toEqual([]);
  });

  it('does not take a missing directory for the wish to guard nothing', async () => {
    const {code, stdout} = await fguard(['apply', newFolder(), '--json'], env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({error: {next: ['sudo fguard clear']}});
    expect(log()).toEqual([]);
  });

  it.each([
    ['yes', ['--confirm', 'yes', 'FILE']],
    ['soon', ['--confirm', 'soon', 'FILE']],
    ['--dry-run', ['--confirm', 'no', '--dry-run']],
  ])('refuses what makes no sense: %s', async (named, args) => {
    const words = args.map((word) => word.replace('FILE', file));
    const {code, stderr} = await fguard(['apply', ...words], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining(named)]);
  });
});

describe('apply --keep-going', () => {
  let saved: string;

  beforeEach(() => {
    saved = join(folder, 'rules.d');
    mkdirSync(saved);
    env = {FAKE_LOG: join(folder, 'log'), FGUARD_RUN: folder, FGUARD_RULES: saved};
  });

  async function left(args: string[] = []) {
    const words = ['apply', '--keep-going', ...args, '--json'];
    const {code, stdout, stderr} = await fguard(words, env);
    const document = JSON.parse(stdout) as {leftOut: unknown[]};
    return {code, document, stderr};
  }

  it('applies what is right of files that are wrong, tells the rest, and ends with 1', async () => {
    writeFileSync(join(saved, 'a.yaml'), 'rules: [{path: /tmp}, {path: x}, {path: /tmp}]\n');
    writeFileSync(join(saved, 'b.yaml'), 'rules: [\n');
    writeFileSync(join(saved, 'c.yaml'), 'rules: [{suffix: .docx}]\n');
    const {code, document, stderr} = await left();
    expectDocument('apply', document);
    expect([code, log()]).toEqual([1, ['set 2', 'add path=/tmp', 'add path=-']]);
    expect(document.leftOut).toMatchObject([
      {file: join(saved, 'a.yaml'), column: 30},
      {file: join(saved, 'a.yaml'), message: expect.stringContaining('about the same')},
      {file: join(saved, 'b.yaml')},
    ]);
    expect(stderr.match(/^fguard: left out: /gm)).toHaveLength(3);
    const quiet = await fguard(['apply', '--keep-going', '-q'], env);
    expect([quiet.code, quiet.stderr.match(/left out/g)?.length]).toEqual([1, 3]);
  });

  type Unreadable = [what: string, make: (path: string) => void, why: RegExp];
  const unreadable: Unreadable[] = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), /not a regular file/],
    ['a link that leads nowhere', (path) => symlinkSync('nowhere', path), /no such file/],
    ['a link in a circle', (path) => symlinkSync(path, path), /too many/],
    ['a link to a directory', (path) => symlinkSync('/tmp', path), /is a directory/],
    ['a file that is too large', tooLarge, /larger than/],
    ['a file whose disk fails', (path) => symlinkSync('/proc/self/mem', path), /output error/],
  ];

  function tooLarge(path: string): void {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
  }

  it.each(unreadable)('leaves out %s alone', async (_what, make, why) => {
    const bad = join(saved, 'b.yaml');
    make(bad);
    writeFileSync(join(saved, 'a.yaml'), 'rules: [{path: /tmp}]\n');
    writeFileSync(join(saved, 'c.yaml'), 'rules: [{suffix: .docx}]\n');
    const {code, document, stderr} = await left();
    expect([code, log()]).toEqual([1, ['set 2', 'add path=/tmp', 'add path=-']]);
    expectDocument('apply', document);
    const message = expect.stringMatching(why) as string;
    expect(document.leftOut).toEqual([{file: bad, line: 1, column: 1, message}]);
    expect(stderr).toContain(`fguard: left out: ${bad}:1:1: `);
    const strict = await fguard(['apply'], env);
    expect([strict.code, strict.stderr]).toEqual([1, expect.stringContaining(bad)]);
    expect(log()).toHaveLength(3);
  });

  it('is as ever where nothing is wrong', async () => {
    writeFileSync(join(saved, 'a.yaml'), 'rules: [{path: /tmp}]\n');
    expect(await left()).toMatchObject({code: 0, document: {applied: true, leftOut: []}});
  });

  type NoFolder = [what: string, make: (path: string) => string];
  const noFolders: NoFolder[] = [
    ['a link that leads nowhere', (path) => linkTo(path, join(path, '../nowhere'))],
    ['a regular file', (path) => fileAt(path)],
    ['below a link that leads nowhere', (path) => join(linkTo(path, 'nowhere'), 'rules.d')],
    ['below a regular file', (path) => join(fileAt(path), 'rules.d')],
  ];

  function linkTo(path: string, target: string): string {
    symlinkSync(target, path);
    return path;
  }

  function fileAt(path: string): string {
    writeFileSync(path, '');
    return path;
  }

  it.each(noFolders)('does not take a folder that is %s for one without rules', async (_, make) => {
    env.FGUARD_RULES = make(join(folder, 'etc'));
    const {code, document} = await left();
    const message = expect.stringContaining(`cannot read ${env.FGUARD_RULES}: `) as string;
    expect([code, document]).toEqual([1, {error: expect.objectContaining({message})}]);
    expect((await fguard(['apply'], env)).code).toBe(1);
    expect((await fguard(['check'], env)).code).toBe(1);
  });

  it('takes one that is not there for one without rules, behind a link, too', async () => {
    symlinkSync(saved, join(folder, 'link'));
    for (const name of ['none', 'none/rules.d', 'link/rules.d']) {
      env.FGUARD_RULES = join(folder, name);
      expect(await left()).toMatchObject({code: 0, document: {rules: [], leftOut: []}});
    }
  });

  it('takes no rule in force away for what is wrong', async () => {
    env.FAKE_RULES = '2';
    writeFileSync(join(saved, 'a.yaml'), 'rules: [{path: /tmp}, {path: x}]\n');
    const {code, document} = await left();
    expect([code, document, log()]).toEqual([
      1,
      {error: expect.objectContaining({message: expect.stringContaining('2 active rules')})},
      [],
    ]);
  });

  it('changes no rule in force to another about the same for what is wrong', async () => {
    const object = join(folder, 'b');
    Object.assign(env, {FAKE_RULES: '0', FAKE_PATH: object});
    writeFileSync(join(saved, 'a.yaml'), `rules: [{path: ${object}, opps: [read]}]\n`);
    writeFileSync(join(saved, 'b.yaml'), `rules: [{path: ${object}, default: allow}]\n`);
    const {code, document} = await left();
    const message = expect.stringContaining('remove or change an active rule') as string;
    expect([code, document, log()]).toEqual([1, {error: expect.objectContaining({message})}, []]);
    writeFileSync(join(saved, 'b.yaml'), `rules: [{path: ${object}}, {suffix: .docx}]\n`);
    expect(await left()).toMatchObject({
      code: 1,
      document: {applied: true, unchanged: [{id: 1}], added: [{match: {suffix: '.docx'}}]},
    });
  });

  describe.runIf(isRoot)('where others may change the saved rules', () => {
    const theirs = (): string => join(saved, 'theirs.yaml');

    beforeEach(() => {
      writeFileSync(join(saved, 'ours.yaml'), 'rules: [{path: /tmp}]\n');
      evesFile(theirs(), 'rules: [{suffix: .docx}]\n', 0o644);
    });

    it('a file of theirs is left out alone, and told with what takes it back', async () => {
      const {code, document, stderr} = await left();
      expect([code, log()]).toEqual([1, ['set 1', 'add path=/tmp']]);
      const message = expect.stringContaining(`sudo chown -h root: ${theirs()} && `) as string;
      expect(document.leftOut).toEqual([{file: theirs(), line: 1, column: 1, message}]);
      expect(stderr).toContain('belongs to user');
      const status = JSON.parse((await fguard(['status', '--json'], env)).stdout) as object;
      expectDocument('status', status);
      expect(status).toMatchObject({unsafeRules: [{path: theirs()}]});
      expect((await fguard(['status'], env)).stdout).toContain('theirs.yaml');
      const {code: strict} = await fguard(['apply'], env);
      expect(strict).toBe(1);
    });

    it('nothing is taken from a folder of theirs', async () => {
      chownSync(saved, EVE, EVE);
      const {code, document} = await left();
      expect([code, document, log()]).toMatchObject([1, {error: {code: 'EUNSAFE'}}, []]);
    });
  });
});

describe('protect --save', () => {
  let saved: string;

  beforeEach(() => {
    saved = join(folder, 'etc/rules.d');
    env = {FAKE_LOG: join(folder, 'log'), FGUARD_RULES: saved};
  });

  const files = (): string[] => (existsSync(saved) ? readdirSync(saved) : []);

  it('writes a file that apply makes the same rule of, and replaces it the next time', async () => {
    const object = join(folder, 'a b');
    const words = ['protect', object, '--uid', '7', '--ops', 'read', '--save'];
    const document = await json([...words, '--name', 'n']);
    expectDocument('protect', document);
    const [name = ''] = files();
    expect(name).toMatch(/^tmp-fguard-test-\w+-a-b-[0-9a-f]{8}\.yaml$/);
    expect(document).toMatchObject({saved: [join(saved, name)]});
    expect(await json(['apply', '--dry-run'])).toMatchObject({
      added: [{name: 'n', match: {path: object}, ops: ['read'], allow: {uids: [7]}}],
    });
    await json([...words, '--name', 'other', '--strict']);
    expect(files()).toEqual([name]);
    expect(await json(['apply', '--dry-run'])).toMatchObject({
      added: [{name: 'other', strict: true}],
    });
  });

  it.each([
    ['an object that a file by hand is about', (path: string) => `{path: ${path}}`, []],
    ['a name that another rule has', () => '{suffix: .x, name: n}', ['--name', 'n']],
  ])('refuses %s, and guards nothing', async (_what, rule, more) => {
    const path = join(folder, 'x');
    mkdirSync(saved, {recursive: true});
    writeFileSync(join(saved, 'hand.yaml'), `rules:\n  - ${rule(path)}\n`);
    const {code, stderr} = await fguard(['protect', path, '--save', ...more], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${saved}/hand.yaml:2`)]);
    expect(log()).toEqual([]);
    expect(files()).toEqual(['hand.yaml']);
  });

  it.each([
    ['another rule', '  - {path: /srv/by-hand}\n', ':3 has a rule about something else'],
    ['a mistake', '  - {path: /srv/by-hand, opps: [read]}\n', ':3: '],
  ])('does not write over a file of its own that holds %s', async (_what, more, told) => {
    const path = join(folder, 'x');
    await json(['protect', path, '--save']);
    const [name = ''] = files();
    const own = join(saved, name);
    writeFileSync(own, `rules:\n  - {path: ${path}}\n${more}`);
    const text = readFileSync(own, 'utf8');
    const before = log();
    const {code, stderr} = await fguard(['protect', path, '--save', '--strict'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`not saved: ${own}${told}`)]);
    expect(log()).toEqual(before);
    expect(readFileSync(own, 'utf8')).toBe(text);
  });

  it.each([
    ['--pid', '1'],
    ['--ttl', '10m'],
  ])('refuses %s, which a file cannot keep', async (...words) => {
    const {code, stderr} = await fguard(['protect', '/tmp/x', '--save', ...words], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--save')]);
    expect([log(), files()]).toEqual([[], []]);
  });

  it('says that the rule is in force if it cannot be saved', async () => {
    env = {...env, FGUARD_RULES: '/sys/none/rules.d'};
    const {code, stderr} = await fguard(['protect', join(folder, 'x'), '--save'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is active but cannot be saved')]);
  });
});

describe('apply --confirm', () => {
  async function applying(time = '60s', more: Record<string, string> = {}): Promise<ChildProcess> {
    const child = start(['apply', file, '--confirm', time, '--json'], {...env, ...more});
    await saysOnStderr(child, `come back in ${time}`);
    return child;
  }

  it('is confirmed by another invocation, and refuses a second set meanwhile', async () => {
    const child = await applying();
    const ended = finish(child);
    const second = await fguard(['apply', file], env);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(IN_FORCE)]);
    const document = await json(['apply', '--confirm', 'yes']);
    expectDocument('confirm', document);
    expect(document).toMatchObject({confirmed: true});
    const {code, stdout} = await ended;
    expect(code).toBe(0);
    expectDocument('apply', JSON.parse(stdout));
    expect(log()).toEqual(applied());
  });

  it('rolls back when its time is over', async () => {
    const {code, stdout} = await fguard(['apply', file, '--confirm', '50ms', '--json'], env);
    expect(code).toBe(1);
    expectDocument('error', JSON.parse(stdout));
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'ENOTCONFIRMED'}});
    expect(log()).toEqual([...applied(), ...back]);
  });

  it('rolls back when another invocation says no', async () => {
    const ended = finish(await applying());
    expect(await json(['apply', '--confirm', 'no'])).toMatchObject({confirmed: false});
    expect((await ended).code).toBe(1);
    expect(log()).toEqual([...applied(), ...back]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('rolls back at %s', async (signal) => {
    const child = await applying();
    const ended = finish(child);
    child.kill(signal);
    expect((await ended).code).toBe(130);
    expect(log()).toEqual([...applied(), ...back]);
  });

  it('rolls back when it is killed', async () => {
    const child = await applying();
    child.kill('SIGKILL');
    await calls([...applied(), ...back]);
    expect(log()).toEqual([...applied(), ...back]);
  });

  it('rolls back when the process that holds the former rules is killed', async () => {
    const child = await applying();
    const ended = finish(child);
    const keeper = Number(
      readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim(),
    );
    process.kill(keeper, 'SIGKILL');
    expect((await ended).code).toBe(1);
    expect(log()).toEqual([...applied(), ...back]);
  });

  it('tells a refusal of the module, and leaves nobody waiting', async () => {
    const {code, stdout} = await fguard(['apply', file, '--confirm', '60s', '--json'], {
      ...env,
      FAKE_SET: '16',
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'EBUSY', message: 'the fake says no'}});
    const {stderr} = await fguard(['apply', '--confirm', 'yes'], env);
    expect(stderr).toContain('no rules are waiting for confirmation');
  });
});
