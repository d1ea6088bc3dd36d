// SPDX-License-Identifier: MIT
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {OPS} from '../../src/domain/names.js';
import {userEntry} from '../../src/linux/users.js';
import {
  FGUARD_RULE_AGAINST,
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_TREE,
  FGUARD_RULE_UNTIL_EXIT,
  fguard_else as ELSE,
} from '../../src/domain/uapi.gen.js';
import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';
import {FAKE, fguard, finish, start, startShell} from './fguard.js';
import {expectDocument} from './schemas.js';
import {Screen} from './screen.js';

const FLAGS = FGUARD_RULE_CHILDREN | FGUARD_RULE_UNTIL_EXIT;

const log = (folder: string): string[] =>
  readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');

describe('run', () => {
  it('guards before the command runs, allows its process, and removes the rules behind it', async () => {
    /*
     * folder/
     * ├── file
     * └── tree/
     */
    const folder = newFolder();
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'file'), '');
    const script = 'echo "command $$" >>"$FAKE_LOG"';
    const paths = ['file', 'tree', 'new'].flatMap((name) => ['--protect', join(folder, name)]);
    const {code, stdout, stderr} = await fguard(['run', ...paths, '--', 'sh', '-c', script], {
      FAKE_LOG: join(folder, 'log'),
    });
    expect({code, stdout, stderr}).toEqual({code: 0, stdout: '', stderr: ''});
    const pid = /^command (\d+)$/m.exec(log(folder).join('\n'))?.[1] ?? '';
    const terms = (flags: number) => `suffix=- name=- flags=${flags} ops=0 else=0 error=0 ttl=0`;
    expect(log(folder)).toEqual([
      `add path=${folder}/file ${terms(FLAGS)}`,
      `pid ${pid}`,
      `add path=${folder}/tree ${terms(FLAGS | FGUARD_RULE_TREE)}`,
      `pid ${pid}`,
      `add path=${folder}/new ${terms(FLAGS | FGUARD_RULE_TREE)}`,
      `pid ${pid}`,
      `command ${pid}`,
      'delete id=1 path=- name=-',
      'delete id=2 path=- name=-',
      'delete id=3 path=- name=-',
      'close',
    ]);
  });

  it('knows names that are not UTF-8 by their bytes', async () => {
    const folder = newFolder();
    const script = `cd "$2" && exec "$0" "$1" run --protect="$(printf 'f\\350')" --protect "$(printf 'f\\351')" -- true`;
    const child = startShell(script, [folder], {FAKE_LOG: join(folder, 'log')});
    expect(await finish(child)).toMatchObject({code: 0, stderr: ''});
    const added = readFileSync(join(folder, 'log'), 'latin1').match(/(?<=add path=)\S+/g);
    expect(added).toEqual([`${folder}/f\xe8`, `${folder}/f\xe9`]);
  });

  it('--ask makes the command ask, and lets all others in', async () => {
    /*
     * folder/
     * └── tree/
     */
    const folder = newFolder();
    mkdirSync(join(folder, 'tree'));
    const paths = ['--protect', join(folder, 'own'), '--ask', join(folder, 'tree')];
    const script = 'echo "command $$" >>"$FAKE_LOG"';
    const env = {FAKE_LOG: join(folder, 'log'), FAKE_ANSWERERS: '1'};
    const {code, stdout, stderr} = await fguard(
      ['run', '--json', ...paths, '--', 'sh', '-c', script],
      env,
    );
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const document: unknown = JSON.parse(stdout);
    expectDocument('run', document);
    expect(document).toMatchObject({
      rules: [
        {else: 'deny', against: false, match: {path: join(folder, 'own')}},
        {else: 'ask', against: true, default: 'deny', match: {tree: true}, untilExit: false},
      ],
    });
    const pid = /^command (\d+)$/m.exec(log(folder).join('\n'))?.[1] ?? '';
    const flags = FGUARD_RULE_CHILDREN | FGUARD_RULE_TREE | FGUARD_RULE_AGAINST;
    expect(log(folder).slice(2, 5)).toEqual([
      `add path=${folder}/tree suffix=- name=- flags=${flags} ops=0 else=2 error=0 ttl=0`,
      'ask default_allow=0 deadline=0',
      `pid ${pid}`,
    ]);
  });

  it('--ask with nobody there to answer says so', async () => {
    const {code, stderr} = await fguard(['run', '--ask', '/tmp/x', '--', 'true']);
    expect(code).toBe(0);
    expect(stderr).toContain('no answerer is running');
  });

  it('--deny, --read-only and --log are about the command alone', async () => {
    const folder = newFolder();
    const names = ['deny', 'read-only', 'log'];
    const paths = names.flatMap((name) => [`--${name}`, join(folder, name)]);
    const env = {FAKE_LOG: join(folder, 'log')};
    expect(await fguard(['run', ...paths, '--', 'true'], env)).toMatchObject({code: 0, stderr: ''});
    const flags = FGUARD_RULE_CHILDREN | FGUARD_RULE_TREE | FGUARD_RULE_AGAINST;
    const changing = OPS.list.filter((op) => !['read', 'exec', 'list'].includes(op));
    const added = log(folder).filter((line) => line.startsWith('add '));
    expect(added).toEqual(
      [
        ['deny', 0, ELSE.FGUARD_ELSE_DENY],
        ['read-only', OPS.toMask(changing), ELSE.FGUARD_ELSE_DENY],
        ['log', 0, ELSE.FGUARD_ELSE_LOG],
      ].map(
        ([name, ops, otherwise]) =>
          `add path=${folder}/${name} suffix=- name=- flags=${flags} ops=${ops} else=${otherwise} error=0 ttl=0`,
      ),
    );
  });

  it('keeps rules against the command while something that it started goes on', async () => {
    /* A fifo holds up the child, as long as we like. */
    const folder = newFolder();
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const paths = ['--deny', join(folder, 'a'), '--protect', join(folder, 'b')];
    const script = `(setsid sh -c 'read word <${fifo}' >/dev/null 2>&1 &); exit 3`;
    const env = {FAKE_LOG: join(folder, 'log')};
    const ended = await fguard(['run', ...paths, '--', 'sh', '-c', script], env);
    writeFileSync(fifo, 'go\n');
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('still runs, so its rules stay');
    expect(ended.stderr).toContain('sudo fguard unprotect 2`');
    expect(log(folder).filter((line) => line.startsWith('delete'))).toEqual([
      'delete id=1 path=- name=-',
    ]);
  });

  it('lets the command type nothing into the terminal', async () => {
    /* Not a terminal: another errno than of what no filter refuses. */
    const program =
      '$x = "x"; ioctl(STDIN, $_, $x) or print $! + 0, " " for 0x5412, 0x541c, 0x5401';
    const {stdout} = await fguard(['run', '--deny', '/tmp/x', '--', 'perl', '-e', program]);
    expect(stdout).toBe('1 1 25 ');
  });

  it.each([
    ['--timeout', '30s', '--default', 'allow'],
    ['--deadline', '30s', '--default', 'allow'],
  ])('%s and --default are about its questions', async (...words) => {
    const folder = newFolder();
    const env = {FAKE_LOG: join(folder, 'log'), FAKE_ANSWERERS: '1'};
    const paths = ['--ask', join(folder, 'a'), '--protect', join(folder, 'b')];
    await fguard(['run', ...words, ...paths, '--', 'true'], env);
    expect(log(folder)).toContain('ask default_allow=1 deadline=30000');
  });

  it('says that it guards nothing, and runs the command', async () => {
    const {code, stdout, stderr} = await fguard(['run', '--', 'echo', 'ran']);
    expect([code, stdout]).toEqual([0, 'ran\n']);
    expect(stderr).toMatch(/^fguard: nothing is guarded: .*\n$/);
  });

  it.each([
    ['a time for no question', ['--timeout', '5s', '--deny', '/tmp/x'], '--ask'],
    ['a default for no question', ['--default', 'allow'], '--ask'],
    ['two users', ['--user', 'root', '--as-root'], '--as-root'],
    ['a user that is not there', ['--user', 'no-such-user'], 'no-such-user'],
    ['a time that is none', ['--ask', '/tmp/x', '--timeout', 'soon'], '--timeout soon'],
  ])('refuses %s', async (_what, words, named) => {
    const made = join(newFolder(), 'made');
    const {code, stderr} = await fguard(['run', ...words, '--', 'touch', made]);
    expect([code, stderr, existsSync(made)]).toEqual([2, expect.stringContaining(named), false]);
  });

  it.each(['--ask', '--deny', '--read-only', '--log'])(
    '%s is taken below a rule of the machine, which it can only add to',
    async (flag) => {
      const folder = newFolder();
      const env = {FAKE_PATH: folder, FAKE_TREE: '1', FAKE_LOG: join(folder, 'log')};
      const words = ['run', flag, join(folder, 'x'), '--', 'true'];
      expect(await fguard(words, env)).toMatchObject({code: 0});
      expect(readFileSync(env.FAKE_LOG, 'utf8')).toContain(`path=${folder}/x`);
    },
  );

  it('/ itself is nothing that could be guarded', async () => {
    const {code, stderr} = await fguard(['run', '--protect', '/', '--', 'true']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('/ itself cannot be guarded')]);
  });

  it('a path cannot be both', async () => {
    const args = ['run', '--ask', '/tmp/x', '--protect', '/tmp/x', '--', 'true'];
    expect(await fguard(args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('given twice'),
    });
  });

  it.each([
    ['its code', ['sh', '-c', 'exit 7'], 7],
    ['the signal that ended it', ['sh', '-c', 'kill -KILL $$'], 137],
    ['a signal that Node has no name for', ['sh', '-c', 'kill -34 $$'], 162],
    ['the last signal that there is', ['sh', '-c', 'kill -64 $$'], 192],
    ['a command that is not there', ['/no/such/command'], 127],
    ['a command that cannot be run', ['/etc/passwd'], 126],
  ])('exits with %s', async (_name, command, code) => {
    expect((await fguard(['run', '--', ...command])).code).toBe(code);
  });

  it('as JSON, behind what the command prints; flags behind -- are its own', async () => {
    const {stdout} = await fguard(['run', '--json', '--protect', '/tmp/x', '--', 'echo', '--json']);
    const [first = '', ...rest] = stdout.split('\n');
    expect(first).toBe('--json');
    const document: unknown = JSON.parse(rest.join('\n'));
    expectDocument('run', document);
    expect(document).toMatchObject({code: 0, signal: null, rules: [{match: {path: '/tmp/x'}}]});
    expect((await fguard(['run', '--', 'echo', '--json', '--protect'])).stdout).toBe(
      '--json --protect\n',
    );
  });

  it.each([
    ['34', 'SIGRTMIN+0'],
    ['9', 'SIGKILL'],
  ])('names signal %s', async (number, signal) => {
    const {stdout} = await fguard(['run', '--json', '--', 'sh', '-c', `kill -${number} $$`]);
    const document: unknown = JSON.parse(stdout);
    expectDocument('run', document);
    expect(document).toMatchObject({code: 128 + Number(number), signal});
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const)('forwards %s', async (signal) => {
    const script = `trap 'echo got; exit 9' ${signal.slice(3)}; echo ready; while :; do read -r x; done`;
    const child = spawn(process.execPath, [`${ROOT}bin/run.js`, 'run', '--', 'sh', '-c', script], {
      env: {...process.env, FGUARD_LIBRARY: FAKE},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const done = finish(child);
    child.stdout.once('data', () => child.kill(signal));
    expect(await done).toMatchObject({code: 9, stdout: 'ready\ngot\n'});
  });

  it('warns of what is mounted below, before the command runs', async () => {
    const {code, stderr} = await fguard([
      'run',
      '--protect',
      '/dev',
      '--',
      'sh',
      '-c',
      'echo ran >&2',
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^fguard: file systems mounted below .* --protect \/dev\/pts.*\nran\n$/);
  });

  it('inherits standard input', async () => {
    const args = [`${ROOT}bin/run.js`, 'run', '--', 'cat'];
    const env = {...process.env, FGUARD_LIBRARY: FAKE};
    const child = spawn(process.execPath, args, {env, stdio: 'pipe'});
    child.stdin.end('through');
    expect(await finish(child)).toMatchObject({code: 0, stdout: 'through'});
  });

  it('a refusal of the module keeps the command from running', async () => {
    const made = join(newFolder(), 'made');
    const args = ['run', '--protect', '/tmp/x', '--', 'touch', made];
    const {code, stderr} = await finish(start(args, {FAKE_ADD: '16'}));
    expect([code, existsSync(made)]).toEqual([1, false]);
    expect(stderr).toContain('the fake says no');
    expect((await fguard(args, {FAKE_OPEN: '2'})).code).toBe(3);
  });

  it.each([
    ['the module was unloaded', '19'],
    ['the rules were locked', '1'],
  ])("keeps the command's code where %s meanwhile, and says so", async (_what, FAKE_DELETE) => {
    const paths = ['--protect', '/tmp/x', '--protect', '/tmp/y'];
    const {code, stderr} = await fguard(['run', ...paths, '--', 'sh', '-c', 'exit 7'], {
      FAKE_DELETE,
    });
    expect(code).toBe(7);
    expect(stderr).toMatch(/^fguard: cannot remove rule 1 about \/tmp\/x.*: .+\n.*rule 2 .*\n$/);
  });

  it('a rule that went before the command is not missed', async () => {
    const args = ['run', '--protect', '/tmp/x', '--', 'sh', '-c', 'exit 7'];
    expect(await fguard(args, {FAKE_DELETE: '2'})).toMatchObject({code: 7, stderr: ''});
  });

  it('a path that is guarded already is refused, and its rule stays', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const env = {FAKE_PATH: path, FAKE_LOG: join(folder, 'log')};
    const {code, stderr} = await fguard(['run', '--protect', path, '--', 'true'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('rule 1 already guards');
    expect(log(folder)).toEqual(['close']);
  });
});

describe.runIf(process.geteuid?.() === 0)('run under sudo', () => {
  const NOBODY = '65534';
  const sudo = {SUDO_UID: NOBODY, SUDO_GID: '0', SUDO_USER: 'nobody', HOME: '/root', USER: 'root'};
  const show =
    'id -u; id -ru; id -g; echo $HOME $USER $LOGNAME ${SUDO_USER-none}; grep ^Cap[^B] /proc/self/status | cut -f2 | uniq';
  const run = async (words: string[], env: Record<string, string> = sudo) => {
    const {code, stdout} = await fguard(['run', '--deny', '/tmp/x', ...words], env);
    return {code, lines: stdout.split('\n').slice(0, -1)};
  };
  const home = userEntry(Number(NOBODY))?.[5] ?? '';

  it('the command runs as who called it, and nothing of root is left', async () => {
    expect(await run(['--', 'sh', '-c', show])).toEqual({
      code: 0,
      lines: [NOBODY, NOBODY, NOBODY, `${home} nobody nobody none`, '0'.repeat(16)],
    });
  });

  it('the command of another user is not in the group of root', async () => {
    const {lines} = await run(['--', 'id', '-g'], {...sudo, SUDO_GID: '0'});
    expect(lines).toEqual([userEntry(Number(NOBODY))?.[3]]);
  });

  it.each([
    ['true', 0],
    ['/no/such/command', 127],
    ['/etc/passwd', 126],
  ])('ends as %s does', async (command, code) => {
    expect((await run(['--', command])).code).toBe(code);
  });

  it.each([
    ['--as-root', ['--as-root'], sudo, '0'],
    ['--user of root', ['--user', 'root'], sudo, '0'],
    ['--user of another', ['--user', 'daemon'], sudo, '1'],
    ['--uid, too', ['--uid', '1'], {}, '1'],
    ['root that called it', [], {SUDO_UID: '0', SUDO_GID: '0'}, '0'],
    ['nobody that called it', [], {}, '0'],
    ['doas', [], {DOAS_USER: 'daemon'}, '1'],
    ['pkexec', [], {PKEXEC_UID: '1'}, '1'],
    ['a user without a name', [], {SUDO_UID: '41234', SUDO_GID: '7'}, '41234'],
  ] as [string, string[], Record<string, string>, string][])(
    '%s decides whom it runs as',
    async (_what, words, env, uid) => {
      expect(await run([...words, '--', 'id', '-u'], env)).toEqual({code: 0, lines: [uid]});
    },
  );

  it.each([
    {SUDO_UID: 'x'},
    {SUDO_UID: '-1'},
    {SUDO_UID: ''},
    {SUDO_UID: '41234'},
    {SUDO_UID: '41234', SUDO_GID: '0'},
  ])('a caller that cannot be told is not root: %o', async (env) => {
    expect(await run(['--', 'id', '-u'], env as Record<string, string>)).toEqual({
      code: 2,
      lines: [],
    });
  });

  it('the groups are those of the user, and none of root', async () => {
    const {lines} = await run(['--user', 'daemon', '--', 'id', '-G']);
    expect(lines[0]).toBe(execFileSync('id', ['-G', 'daemon'], {encoding: 'utf8'}).trim());
  });

  it('says in its document whom it ran as', async () => {
    const {stdout} = await fguard(['run', '--json', '--deny', '/tmp/x', '--', 'true'], sudo);
    const document: unknown = JSON.parse(stdout);
    expectDocument('run', document);
    expect(document).toMatchObject({user: 'nobody'});
  });

  it('a shell can stop it and go on with it, and Ctrl-C ends it', async () => {
    const env = {...sudo, FGUARD_LIBRARY: FAKE, FGUARD: `${ROOT}bin/run.js`};
    const screen = new Screen('bash --norc -i', env, {columns: 100});
    await screen.until(/^bash\S+#/m);
    const command = 'sh -c \'id -un; while read -r word; do echo "<$word>"; done\'';
    screen.press(`node $FGUARD run --deny /tmp/x -- ${command}`, 'Enter');
    await screen.until(/^nobody$/m);
    screen.press('C-z');
    await screen.until('Stopped');
    screen.press('fg', 'Enter');
    await screen.until(/ fg\nnode/);
    screen.press('again', 'Enter');
    await screen.until('<again>');
    screen.press('C-c');
    await screen.until(/\^C\s*bash\S+#/);
    screen.press('echo "ended $?"', 'Enter');
    await screen.until('ended 130');
  });
});
