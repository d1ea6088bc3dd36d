// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/legacy/
//   a.docx   of the file type that is intercepted
//   b.txt    not
//   secret   guarded by a guard client, for the owner
//   vault/key
const lab = useLab('legacy');
const [docx, text, secret, vault, key] = ['a.docx', 'b.txt', 'secret', 'vault', 'vault/key'].map(
  (name) => lab.path(name),
) as [string, string, string, string, string];
const PROGRAM = path.join(PROGRAMS, 'legacy');

/** A program of the first version. */
class Program {
  static readonly #running = new Set<Program>();
  readonly #lines: Lines;

  constructor(...command: readonly string[]) {
    this.#lines = new Lines(vm.spawn(command));
    Program.#running.add(this);
  }

  static async endAll(): Promise<void> {
    await Promise.all([...Program.#running].map((program) => program.kill()));
  }

  get process() {
    return this.#lines.process;
  }

  next(): Promise<string> {
    return this.#lines.next();
  }

  do(order: string): Promise<string> {
    this.process.write(`${order}\n`);
    return this.next();
  }

  async kill(): Promise<void> {
    Program.#running.delete(this);
    this.process.kill('SIGKILL');
    await this.process.exit;
  }
}

const agentOf = async (...command: readonly string[]): Promise<Program> => {
  const agent = new Program(...command);
  expect(await agent.next()).toBe('OK');
  return agent;
};

const connect = async (how = 'open'): Promise<Program> => {
  const program = new Program(PROGRAM);
  expect(await program.do(how)).toBe('OK');
  return program;
};

const change = (file: string, ...pids: number[]): string =>
  `send From:CryptoCli;Action:change;Path:${file};Count:${pids.length};${pids
    .map((pid, index) => `Pid${index + 1}:${pid};`)
    .join('')}`;

const isUnasked = () => lab.guard.until(({answerers, rules}) => answerers === 0 && rules === 0);

beforeAll(async () => {
  await vm.ok(`cd ${lab.directory} && mkdir vault && echo 1 | tee a.docx b.txt secret vault/key`);
});

beforeEach(() => lab.guard.clear());

afterEach(() => Program.endAll());

describe('an agent', () => {
  it('refuses what it wants, and reads what it is asked about', async () => {
    const agent = await agentOf(PROGRAM, 'agent', 'cat', 'mv', 'rm');
    for (const [command, code] of [
      [`cat ${docx}`, 1],
      [`head ${docx}`, 0],
      [`mv ${docx} ${docx}~`, 1],
      [`rm ${docx}`, 1],
      [`cat ${text}`, 0],
    ] as const)
      expect([command, (await vm.run(command)).code]).toEqual([command, code]);
    for (const process of ['cat', 'head', 'mv', 'rm']) {
      expect(await agent.next()).toMatch(new RegExp(`^${docx}\\|${process}\\|\\d+$`));
      expect(await agent.next()).toBe('agent: OK');
    }
    await vm.ok(`test -e ${docx}`);
  });

  it('is told the process that asks, and its answer reaches that', async () => {
    const agent = await connect();
    const opened = lab.intruder.do('open', docx);
    expect(await agent.do('read')).toBe(`${docx}|try|${lab.intruder.pid}`);
    const watcher = await Watcher.start({paths: [docx], ops: ['read']});
    expect(await agent.do(`send ${docx}|Deny`)).toBe('OK');
    expect(await opened).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({verdict: 'deny', reason: 'answer'});
    await watcher.end();
  });

  it('that gives no answer in 5 s lets everybody in', async () => {
    const agent = await connect();
    const watcher = await Watcher.start({paths: [docx], ops: ['read']});
    const opened = lab.intruder.do('open', docx);
    expect(await agent.do('read')).toContain(docx);
    expect(await lab.guard.list()).toMatchObject([
      {suffix: '.docx', path: null, default: 'allow', deadline: 5000},
    ]);
    expect(await opened).toBe('OK');
    expect(await watcher.next()).toMatchObject({verdict: 'allow', reason: 'expired'});
    // too late
    expect(await agent.do(`send ${docx}|Deny`)).toBe('OK');
    await watcher.end();
  });

  it('that disconnects takes its rule along', async () => {
    const agent = await connect();
    expect((await lab.guard.status()).answerers).toBe(1);
    expect(await agent.do('disconnect')).toBe('OK');
    await isUnasked();
    expect(await lab.intruder.do('open', docx)).toBe('OK');
    expect(await agent.do('read')).toBe('EBADF');
  });

  it('that closes the descriptor itself has disconnected', async () => {
    const agent = await connect();
    const opened = lab.intruder.do('open', docx);
    expect(await agent.do('poll -1')).toBe('readable');
    expect(await agent.do('close')).toBe('OK');
    expect(await opened).toBe('OK');
    await isUnasked();
  });

  // Another answerer would be asked about each document, and wait for nothing.
  describe('beside another answerer', () => {
    let other: Answerer;
    beforeEach(async () => {
      other = await Answerer.start();
    });
    afterEach(() => other.end());

    const isGone = () => lab.guard.until(({answerers, rules}) => answerers === 1 && rules === 0);

    it('takes its rule along when it is killed', async () => {
      const agent = await connect();
      const opened = lab.intruder.do('open', docx);
      expect(await agent.do('poll -1')).toBe('readable');
      await agent.kill();
      // who waits is let in at once
      expect(await opened).toBe('OK');
      await isGone();
      expect(await lab.intruder.do('open', docx)).toBe('OK');
    });

    it.each(['disconnect', 'close', 'exec'])('takes its rule along by %s', async (how) => {
      const agent = await connect();
      expect(await agent.do(how)).toBe('OK');
      await isGone();
      expect(await lab.intruder.do('open', docx)).toBe('OK');
    });

    it('leaves its rule to another agent', async () => {
      const first = await connect();
      const second = await connect();
      const [rule] = await lab.guard.list();
      await first.kill();
      await lab.guard.until(({answerers}) => answerers === 2);
      expect(await lab.guard.list()).toMatchObject([{id: rule?.id}]);
      const opened = lab.intruder.do('open', docx);
      expect(await second.do('read')).toContain(docx);
      expect(await second.do(`send ${docx}|Deny`)).toBe('OK');
      expect(await opened).toBe('EACCES');
      await second.kill();
      await isGone();
    });

    it('does not settle what another agent is asked', async () => {
      const first = await connect();
      const opened = lab.intruder.do('open', docx);
      expect(await first.do('read')).toContain(docx);
      const second = await connect();
      await second.kill();
      await lab.guard.until(({answerers}) => answerers === 2);
      expect(await first.do(`send ${docx}|Deny`)).toBe('OK');
      expect(await opened).toBe('EACCES');
    });
  });

  it('that is killed leaves nobody waiting', async () => {
    const agent = await connect();
    const opened = lab.intruder.do('open', docx);
    expect(await agent.do('poll -1')).toBe('readable');
    await agent.kill();
    expect(await opened).toBe('OK');
    expect(await lab.intruder.do('open', docx)).toBe('OK');
  });

  it('takes the file type from its environment', async () => {
    const agent = await agentOf('env', 'FGUARD_FILE_TYPE=.txt', PROGRAM, 'agent', 'cat');
    expect((await vm.run(`cat ${docx}`)).code).toBe(0);
    expect((await vm.run(`cat ${text}`)).code).toBe(1);
    expect(await agent.next()).toMatch(text);
  });

  it('leaves a rule alone that somebody else made for the file type', async () => {
    const {id} = await lab.guard.add(undefined, {suffix: '.docx', pids: [lab.owner.pid]});
    const agent = await connect();
    expect(await lab.intruder.do('open', docx)).toBe('EACCES');
    expect(await agent.do('poll 0')).toBe('nothing');
    await agent.do('disconnect');
    expect(await lab.guard.list()).toMatchObject([{id, otherwise: 0}]);
  });

  it('goes on in a child after fork', async () => {
    const agent = await connect();
    expect(await agent.do('fork')).toBe('OK');
    agent.process.write('read\n');
    await lab.guard.until(({answerers}) => answerers === 2);
    const opened = lab.intruder.do('open', docx);
    expect(await agent.next()).toBe(`${docx}|try|${lab.intruder.pid}`);
    expect(await agent.do(`look ${docx}`)).toBe('agent: OK');
    expect(await agent.do(`send ${docx}|Deny`)).toBe('OK');
    expect(await opened).toBe('EACCES');
  });

  it('is told the name that made a rename a question', async () => {
    const agent = await connect();
    const evil = lab.path('evil.txt');
    await vm.ok(`echo evil >${evil}`);
    const renamed = lab.intruder.do('rename', evil, docx);
    expect(await agent.do('read')).toBe(`${docx}|try|${lab.intruder.pid}`);
    expect(await agent.do(`send ${docx}|Deny`)).toBe('OK');
    expect(await renamed).toBe('EACCES');
    const linked = lab.intruder.do('link', evil, lab.path('new.docx'));
    expect(await agent.do('read')).toBe(`${lab.path('new.docx')}|try|${lab.intruder.pid}`);
    expect(await agent.do(`send ${lab.path('new.docx')}|Deny`)).toBe('OK');
    expect(await linked).toBe('EACCES');
    expect(await vm.ok(`cat ${docx}`)).toContain('1');
  });

  it('is told both names of a rename that are documents, and either refuses it', async () => {
    const agent = await connect();
    const other = lab.path('b.docx');
    for (const [first, second, result] of [
      ['Allow', 'Deny', 'EACCES'],
      ['Deny', 'Allow', 'EACCES'],
      ['Allow', 'Allow', 'OK'],
    ] as const) {
      const renamed = lab.intruder.do('rename', docx, other);
      expect(await agent.do('read')).toContain(`${docx}|`);
      expect(await agent.do('read')).toContain(`${other}|`);
      expect(await agent.do(`send ${docx}|${first}`)).toBe('OK');
      expect(await agent.do(`send ${other}|${second}`)).toBe('OK');
      expect(await renamed).toBe(result);
    }
    await vm.ok(`mv ${other} ${docx}`);
  });

  it.each(['|Deny!', '|Deny;', '|try|1|Deny', '|Allow? Deny'])(
    'that says %s refuses',
    async (answer) => {
      const agent = await connect();
      const opened = lab.intruder.do('open', docx);
      expect(await agent.do('read')).toContain(docx);
      expect(await agent.do(`send ${docx}${answer}`)).toBe('OK');
      expect(await opened).toBe('EACCES');
    },
  );

  it('says hello, and is one when it says init', async () => {
    const agent = await connect('hello');
    expect((await lab.guard.status()).answerers).toBe(0);
    expect(await agent.do('send From:DSSAgent;Action:hello;')).toBe('OK');
    expect(await agent.do('read')).toBe('Init socket from kernel');
    expect(await agent.do('send From:DSSAgent;Action:init;')).toBe('OK');
    const opened = lab.intruder.do('open', docx);
    expect(await agent.do('read')).toContain(docx);
    expect(await agent.do(`send From:DSSAgent;Action:return;Message:${docx}|Deny;`)).toBe('OK');
    expect(await opened).toBe('EACCES');
  });
});

describe('a guard client', () => {
  it('says who may touch a path, and then that everybody may', async () => {
    const client = await connect();
    expect(await client.do(change(secret, lab.owner.pid))).toBe('OK');
    expect((await lab.guard.status()).answerers).toBe(0);
    expect(await lab.owner.do('open-write', secret)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('unlink', secret)).toBe('EACCES');
    expect(await client.do(change(secret, lab.intruder.pid))).toBe('OK');
    expect(await lab.owner.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('open', secret)).toBe('OK');
    expect(await client.do(change(secret))).toBe('OK');
    expect(await lab.owner.do('open', secret)).toBe('OK');
    expect(await client.do(change(secret))).toBe('OK');
    expect(await lab.guard.list()).toEqual([]);
  });

  it('guards a directory with what is in it', async () => {
    const client = await connect('hello');
    expect(await client.do(change(vault, lab.owner.pid))).toBe('OK');
    expect(await lab.owner.do('open', key)).toBe('OK');
    expect(await lab.intruder.do('open', key)).toBe('EACCES');
    expect(await client.do('disconnect')).toBe('OK');
    expect(await lab.intruder.do('open', key)).toBe('EACCES');
  });

  it('leaves out a process that is gone', async () => {
    const client = await connect('hello');
    const gone = Number(await vm.ok('sh -c "echo $$"'));
    expect(await client.do(change(secret, gone, lab.owner.pid))).toBe('OK');
    expect(await lab.guard.list()).toMatchObject([{grants: [{pid: lab.owner.pid}]}]);
    expect(await client.do(change(secret, gone))).toBe('OK');
    expect(await lab.owner.do('open', secret)).toBe('EACCES');
  });

  it('clears its guards, and no other rule', async () => {
    const {id} = await lab.guard.add(text, {});
    const client = await connect('hello');
    expect(await client.do(change(secret, lab.owner.pid))).toBe('OK');
    expect(await client.do(change(vault, lab.owner.pid))).toBe('OK');
    expect(await client.do('send From:CryptoCli;Action:clear;')).toBe('OK');
    expect(await lab.guard.list()).toMatchObject([{id, path: text}]);
  });

  it.each([
    'Count:1;Pid1:PID;Action:change;Path:FILE;From:CryptoCli',
    'From:CryptoCli;Action:change;Path:FILE;Pid1:PID;Count:1',
    'From:CryptoCli;Action:change;Path:FILE;Count:3;Pid2:PID;',
    'From:CryptoCli;Action:change;Version:2;Path:FILE;Flag:x;Count:1;Pid1:PID;Flag:y;',
  ])('may say it as %s', async (message) => {
    const client = await connect('hello');
    const text = message.replace('FILE', secret).replace('PID', String(lab.owner.pid));
    expect(await client.do(`send ${text}`)).toBe('OK');
    expect(await lab.guard.list()).toMatchObject([
      {path: secret, grants: [{pid: lab.owner.pid}], otherwise: 0},
    ]);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await client.do('send Action:clear;From:CryptoCli')).toBe('OK');
    expect(await lab.guard.list()).toEqual([]);
  });

  it('that counts processes and names none lets nobody in', async () => {
    const client = await connect('hello');
    expect(await client.do(`send From:CryptoCli;Action:change;Path:${secret};Count:2`)).toBe('OK');
    expect(await lab.owner.do('open', secret)).toBe('EACCES');
  });

  it.each([
    ['', 'EINVAL'],
    ['nonsense', 'EINVAL'],
    ['/a.docx|Perhaps', 'EINVAL'],
    ['From:CryptoCli;Action:change;', 'EINVAL'],
    [`From:CryptoCli;Action:change;Path:/tmp/legacy/secret;Count:-1;`, 'EINVAL'],
    ['From:CryptoCli;Action:change;Path:secret;Count:1;Pid1:1;', 'EINVAL'],
    ['From:CryptoCli;Action:change;Path:/no/such/dir/a;Count:1;Pid1:1;', 'ENOENT'],
    [`From:CryptoCli;Action:change;Path:/${'x'.repeat(256)};Count:1;Pid1:1;`, 'ENAMETOOLONG'],
    [`${'/x'.repeat(40_000)}|Deny`, 'EMSGSIZE'],
  ])('that says %.60s changes nothing', async (message, errno) => {
    const client = await connect('hello');
    expect(await client.do(`send ${message}`)).toBe(errno);
    expect(await lab.guard.list()).toEqual([]);
  });
});

describe('a program', () => {
  it('without the right gets no connection', async () => {
    const program = new Program(
      ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', PROGRAM],
    );
    expect(await program.do('open')).toBe('EPERM');
  });

  it('finds the login user of a process', async () => {
    const program = new Program(
      ...['sh', '-c', `echo 65534 >/proc/self/loginuid; exec ${PROGRAM}`],
    );
    const pid = await program.process.pid;
    expect(await program.do(`user ${pid}`)).toBe('user: nobody');
    expect(await program.do(`user ${lab.owner.pid}`)).toBe('user: ');
    expect(await program.do('user -1')).toBe('user: ');
  });

  it('is told that the module was unloaded', async () => {
    const agent = await connect();
    agent.process.write('read\n');
    await lab.guard.until(({answerers}) => answerers === 1);
    await lab.guard.end();
    await vm.ok('rmmod fguard');
    expect(await agent.next()).toBe('ENODEV');
    await vm.ok('modprobe fguard');
    await lab.reconnect();
  });
});
