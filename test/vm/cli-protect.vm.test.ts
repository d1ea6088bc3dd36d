// SPDX-License-Identifier: MIT
// Node starts slowly in an emulated machine: few commands, each of which shows much.
import path from 'node:path';
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {json, onTerminal} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {vm} from './runner/shared.js';

// /tmp/cli-protect/
//   secret       open to everybody as far as its mode goes
//   program      a copy of what the actors run
//   vault/       a directory with letter.docx, note.txt
const lab = useLab('cli-protect');
const secret = lab.path('secret');
const program = lab.path('program');
const vault = lab.path('vault');
const TRY = path.join(PROGRAMS, 'try');
const CGROUP = '/sys/fs/cgroup/fguard-cli';
const LOGIN = 4711;
const OPS = 'read write exec create delete rename link truncate attr list mount'.split(' ');

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && chmod 666 secret && cp ${TRY} program &&
     mkdir -p vault ${CGROUP} && touch vault/letter.docx vault/note.txt`,
  );
});

afterEach(() => lab.guard.clear());

/** The program, in the cgroup, and logged in as somebody. */
const startAllowed = (): Promise<Actor> => {
  const become = `echo $$ >${CGROUP}/cgroup.procs; echo ${LOGIN} >/proc/self/loginuid; exec "$@"`;
  return Actor.start({program, through: ['sh', '-c', become, 'sh']});
};

const NO_ONE = {
  pids: [],
  children: false,
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
};

const PLAIN = {
  id: expect.any(Number),
  name: null,
  allow: NO_ONE,
  else: 'deny',
  errno: 'EACCES',
  default: 'deny',
  deadlineMs: 5000,
  strict: false,
  untilClosed: false,
  untilExit: false,
  against: false,
  expiresAt: null,
  pending: null,
  hits: {allowed: 0, denied: 0, asked: 0, expired: 0},
};

describe('protect with every kind of subject', () => {
  it('lets in who is all of them, and is what rules shows', async () => {
    const [allowed, other] = [await startAllowed(), await startAllowed()];
    await lab.intruder.do('hold', secret);
    const added = await json(
      `fguard protect ${secret} --pid ${allowed.pid} --children --exe ${program} --uid root --gid 0 \
       --loginuid ${LOGIN} --cgroup /fguard-cli --ops read,write --errno EPERM --strict \
       --until-exit --ttl 10h --name everything --json`,
    );
    const rule = {
      ...PLAIN,
      name: 'everything',
      match: {path: secret, tree: false, suffix: null},
      ops: ['read', 'write'],
      allow: {
        pids: [{pid: allowed.pid, comm: 'program', alive: true}],
        children: true,
        exes: [program],
        uids: [0],
        gids: [0],
        loginuids: [LOGIN],
        cgroups: [CGROUP],
      },
      errno: 'EPERM',
      strict: true,
      untilClosed: false,
      untilExit: true,
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    };
    const holder = {pid: lab.intruder.pid, comm: 'try', fd: expect.any(Number), path: secret};
    expect(added).toEqual({rules: [rule], holders: [{...holder, access: 'rw'}]});

    const opens = (...words: (string | number)[]) => allowed.do(...words, 'open', secret);
    expect(await opens()).toBe('OK');
    expect(await opens('child')).toBe('OK');
    expect(await opens('as', 'uid', 5)).toBe('EPERM');
    expect(await opens('as', 'gid', 5)).toBe('EPERM');
    expect(await opens('as', 'login', 5)).toBe('EPERM');
    expect(await opens('as', 'cgroup', '/sys/fs/cgroup')).toBe('EPERM');
    expect(await other.do('open', secret)).toBe('EPERM');
    expect(await lab.intruder.do('fd-pread', secret)).toBe('EPERM');
    expect(await lab.intruder.do('chmod', secret)).toBe('OK');

    const hits = {allowed: 2, denied: 6, asked: 0, expired: 0};
    expect(await json('fguard rules --json')).toEqual({rules: [{...rule, hits}], answers: []});
    for (const columns of [200, 40]) {
      const lines = await onTerminal('fguard rules', columns);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      for (const word of ['everything', 'EPERM', '6 denied', `login ${LOGIN}`, 'in 9h'])
        expect(lines.join('\n')).toContain(word);
    }
    allowed.say('execve', TRY);
    expect(await opens()).toBe('EPERM');
    await allowed.end();
    await lab.guard.untilEmpty();
    await other.end();
  });
});

describe('protect of a directory', () => {
  const note = path.join(vault, 'note.txt');

  it('guards what is in it, and with --no-tree the directory alone', async () => {
    expect(await vm.ok(`fguard protect ${vault}`)).toContain(
      `guards ${vault} and everything in it`,
    );
    expect(await lab.intruder.do('open', note)).toBe('EACCES');
    expect(await lab.intruder.do('open-dir', vault)).toBe('EACCES');
    await vm.ok(`fguard protect ${vault} --no-tree`);
    expect(await lab.intruder.do('open', note)).toBe('OK');
    expect(await lab.intruder.do('open-dir', vault)).toBe('EACCES');
  });
});

describe('protect of a tree and of a suffix', () => {
  it('reports or refuses, and watch shows what its filters let through', async () => {
    expect(await json(`fguard protect ${vault} --else log --json`)).toEqual({
      rules: [{...PLAIN, match: {path: vault, tree: true, suffix: null}, ops: OPS, else: 'log'}],
      holders: [],
    });
    const {rules} = (await json(
      `fguard protect ${lab.directory} --suffix .pem --errno ENOENT --json`,
    )) as {rules: {id: number}[]};
    const match = {path: lab.directory, tree: false, suffix: '.pem'};
    expect(rules).toEqual([{...PLAIN, match, ops: OPS, errno: 'ENOENT'}]);

    const watches = [
      `${vault} --tree --op read,create --verdict allow --pid ${lab.intruder.pid} --exe ${TRY} --user root`,
      '--suffix .pem --verdict deny',
    ].map((words) => new Lines(vm.spawn(`fguard watch ${words} --count 1 --json`)));
    await lab.guard.until(({subscribers}) => subscribers === 2);
    const note = path.join(vault, 'note.txt');
    const key = lab.path('key.pem');
    expect(await lab.owner.do('open', note)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await lab.intruder.do('open-write', note)).toBe('OK');
    expect(await lab.intruder.do('open', note)).toBe('OK');
    expect(await lab.intruder.do('mknod', key)).toBe('ENOENT');
    const [seen, refused] = await Promise.all(watches.map((lines) => lines.next()));
    const who = {seq: 1, pid: lab.intruder.pid, comm: 'try', exe: TRY, uid: 0, newPath: null};
    expect(JSON.parse(seen ?? '')).toMatchObject({
      ...who,
      op: 'read',
      verdict: 'allow',
      reason: 'rule',
      path: note,
    });
    expect(JSON.parse(refused ?? '')).toMatchObject({
      ...who,
      op: 'create',
      verdict: 'deny',
      reason: 'rule',
      rule: rules[0]?.id,
      path: key,
    });
    for (const {process} of watches) expect(await process.exit).toMatchObject({code: 0});
  });

  it('names what is mounted below, and the command that guards it, too', async () => {
    const mount = path.join(vault, "bob's");
    const file = path.join(mount, 'file');
    await vm.ok(['sh', '-c', 'mkdir "$0" && mount -t tmpfs tmpfs "$0" && touch "$1"', mount, file]);
    const {stderr} = await vm.run(`fguard protect ${vault} --tree --pid ${lab.owner.pid}`);
    expect(await lab.intruder.do('open', path.join(vault, 'note.txt'))).toBe('EACCES');
    expect(await lab.intruder.do('open', file)).toBe('OK');
    const [, command = ''] = /to guard them too: (.*)/.exec(stderr) ?? [];
    expect(await vm.run(command)).toMatchObject({code: 0, stderr: ''});
    expect(await lab.intruder.do('open', file)).toBe('EACCES');
    expect(await lab.owner.do('open', file)).toBe('OK');
    await lab.guard.clear();
    await vm.ok(['umount', mount]);
  });

  it('ends after its time', async () => {
    await vm.ok(`fguard protect --suffix .short --ttl 100ms --name short`);
    await lab.guard.untilEmpty();
  });
});

describe('run --protect', () => {
  it('lets in the command and what it starts, nobody else, and ends with its code', async () => {
    const script = `cat ${secret}; echo; read word <${secret}; echo ready; read word; exit 7`;
    const run = vm.spawn(['fguard', 'run', '--protect', secret, '--', 'sh', '-c', script]);
    await run.waitFor('treasure\nready\n');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('unlink', secret)).toBe('EACCES');
    expect(await lab.guard.list()).toMatchObject([{path: secret, denied: 2}]);
    run.write('go\n');
    expect(await run.exit).toMatchObject({code: 7, stderr: ''});
    expect(await lab.guard.list()).toEqual([]);
    expect(await lab.intruder.do('open', secret)).toBe('OK');
  });
});

describe('run of what binds the command alone', () => {
  it('refuses, lets read and reports to it as who called sudo, and nothing to others', async () => {
    const [key, source, noted] = [lab.path('key'), lab.path('source'), lab.path('noted')];
    await vm.ok(
      `cd ${lab.directory} && chmod 755 . && touch key source noted && chmod 666 key source noted`,
    );
    const script = `id -u; cat ${key} || echo closed; cat ${source} && echo read; echo x >${source} || echo kept; echo x >${noted}; read word`;
    const paths = `--deny ${key} --read-only ${source} --log ${noted}`;
    const run = vm.spawn(
      `SUDO_UID=1 SUDO_GID=1 exec fguard run ${paths} -- sh -c '${script}' 2>/dev/null`,
    );
    await run.waitFor('1\nclosed\nread\nkept\n');
    for (const path of [key, source, noted])
      expect(await lab.intruder.do('open-write', path)).toBe('OK');
    const rules = await lab.guard.list();
    expect(rules.map(({denied}) => denied)).toEqual([1, 1, 0]);
    run.write('go\n');
    expect(await run.exit).toMatchObject({code: 0});
    expect(await lab.guard.list()).toEqual([]);
  });
});
