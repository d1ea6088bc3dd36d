// SPDX-License-Identifier: MIT
// Node starts slowly in an emulated machine: few commands, each of which shows much.
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {json} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {vm} from './runner/shared.js';

// /tmp/cli/
//   secret         "treasure"
//   new\nl\e[31m   a name to be shown escaped
const lab = useLab('cli');
const secret = lab.path('secret');
const NASTY = `${lab.directory}/$'new\\nl\\e[31m'`;

beforeAll(async () => {
  await vm.ok(`printf treasure >${secret} && touch ${NASTY}`);
});

beforeEach(() => lab.guard.clear());

const subscribed = (count: number) => lab.guard.until(({subscribers}) => subscribers === count);

describe('protect', () => {
  it('guards for a process, reports who holds the file; rules and unprotect agree', async () => {
    expect(await lab.intruder.do('hold', secret)).toBe('OK');
    const added = await json(`fguard protect ${secret} --pid ${lab.owner.pid} --name gem --json`);
    const rule = {
      id: expect.any(Number),
      name: 'gem',
      match: {path: secret, tree: false, suffix: null},
      allow: {pids: [{pid: lab.owner.pid, comm: 'try', alive: true}]},
      else: 'deny',
      errno: 'EACCES',
    };
    const holder = {pid: lab.intruder.pid, comm: 'try', path: secret, access: 'rw'};
    expect(added).toMatchObject({rules: [rule], holders: [holder]});
    expect(await lab.owner.do('open', secret)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    const listed = await json('fguard rules --json');
    expect(listed).toMatchObject({rules: [{...rule, hits: {allowed: 1, denied: 1}}]});
    await json('fguard unprotect gem --json');
    expect(await lab.guard.list()).toEqual([]);
  });

  it('resolves a relative path, says that a file is not there, and clear forgets it', async () => {
    const line = 'fguard protect coming --ops create,delete --errno ENOENT';
    const out = await vm.ok(line, {cwd: lab.directory});
    expect(out).toContain(lab.path('coming'));
    expect(out).toMatch(/not there|does not exist|created/);
    expect(await lab.guard.list()).toMatchObject([{path: lab.path('coming'), flags: 0}]);
    expect(await lab.intruder.do('mknod', lab.path('coming'))).toBe('ENOENT');
    await vm.ok('fguard clear');
    expect(await lab.guard.list()).toEqual([]);
  });

  it.each([
    ['a pid that does not exist', `${secret} --pid 4000000`, 'ESRCH', '4000000'],
    ['a directory that does not exist', '/tmp/cli/none/x', 'ENOENT', '/tmp/cli/none'],
  ])('refuses %s, names it, and changes nothing', async (_, words, code, name) => {
    const refused = await json(`fguard protect ${words} --json`, 1);
    expect(refused).toMatchObject({error: {code, message: expect.stringContaining(name)}});
    expect(await lab.guard.list()).toEqual([]);
  });
});

describe('watch', () => {
  it('prints a JSON object for each access, and ends after --count', async () => {
    const {id: rule} = await lab.guard.add(secret);
    const watch = vm.spawn(['fguard', 'watch', '--json', '--count', '2', '--op', 'read,delete']);
    const lines = new Lines(watch);
    await subscribed(1);
    for (const route of ['open', 'open-write', 'unlink']) await lab.intruder.do(route, secret);
    const common = {
      type: 'access',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      verdict: 'deny',
      reason: 'rule',
      rule,
      pid: lab.intruder.pid,
      comm: 'try',
      path: secret,
      newPath: null,
      uid: 0,
      loginuid: null,
      user: null,
    };
    expect(JSON.parse(await lines.next())).toMatchObject({...common, seq: 1, op: 'read'});
    expect(JSON.parse(await lines.next())).toMatchObject({...common, seq: 2, op: 'delete'});
    expect(await watch.exit).toMatchObject({code: 0});
  });

  it('ends when its reader does', async () => {
    await lab.guard.add(secret);
    const watch = vm.spawn('set -o pipefail; fguard watch --json | head -n 1');
    await subscribed(1);
    await lab.intruder.do('repeat', 1000, 'open', secret);
    expect(await watch.exit).toMatchObject({code: 0, stdout: expect.stringMatching(/^\{.*\}\n$/)});
    await subscribed(0);
  });

  it('on a terminal shows names escaped, and at Ctrl-C ends with 130 and leaves it as it was', async () => {
    const shell = vm.spawn(
      `before=$(stty -g); trap : INT; fguard watch --tree ${lab.directory}; echo "ended $?"; [ "$(stty -g)" = "$before" ] && echo same`,
      {terminal: {rows: 24, columns: 80}},
    );
    await subscribed(1);
    await vm.ok(`cat ${NASTY}`);
    await shell.waitFor('new\\nl\\x1b');
    shell.write('\u0003');
    await shell.waitFor('ended 130');
    await shell.waitFor('same');
    expect((await shell.exit).stdout).not.toContain('l\u001b[31m');
    await subscribed(0);
  });
});

describe('without the right', () => {
  it.each([['status'], ['watch --count 1']])(
    '%s ends with 4 and says what is missing',
    async (words) => {
      const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
      const result = await vm.run(`HOME=/tmp ${nobody} fguard ${words}`);
      expect([words, result.code]).toEqual([words, 4]);
      expect(result.stderr).toMatch(/root|CAP_SYS_ADMIN|sudo/);
    },
  );
});

describe('the module', () => {
  it('is described by status', async () => {
    await lab.guard.add(secret);
    const opens = {
      function: 'security_file_open',
      ops: ['read', 'write', 'exec', 'list'],
      state: 'active',
    };
    expect(await json('fguard status --json')).toMatchObject({
      module: {loaded: true, abi: 1, kernel: (await vm.ok('uname -r')).trim(), locked: false},
      rules: 1,
      answerers: 0,
      hooks: expect.arrayContaining([opens]),
    });
  });

  it('is removed and inserted; readers it leaves and commands without it end with 3, wrong ones with 2', async () => {
    // few hooks: each takes a while to go
    await lab.guard.add(secret, {ops: ['read']});
    const watch = vm.spawn(['fguard', 'watch', '--json']);
    await subscribed(1);
    expect(await json('fguard unload --json')).toMatchObject({module: {loaded: false}});
    expect(await watch.exit).toMatchObject({code: 3});
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await json('fguard rules --nope --json', 2)).toMatchObject({error: {code: 'EUSAGE'}});
    expect(await json('fguard rules --json', 3)).toMatchObject({
      error: {code: 'ENOTLOADED', next: [expect.stringContaining('fguard load')]},
    });
    expect(await json('fguard load --json')).toMatchObject({module: {loaded: true, abi: 1}});
    await lab.reconnect();
  });
});

describe('whois', () => {
  it('knows a process and its login user', async () => {
    const line = 'echo 65534 >/proc/self/loginuid; fguard whois $$ --json; :';
    const found = {uid: 0, loginuid: 65534, user: 'nobody'};
    expect(await json(`bash -c '${line}'`)).toMatchObject(found);
  });
});
