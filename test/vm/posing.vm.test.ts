// SPDX-License-Identifier: MIT
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/posing/
//   secret            guarded, and open to everybody as far as its mode goes
//   program, second   copies of what the actors run
const lab = useLab('posing');
const [secret, program, second] = ['secret', 'program', 'second'].map(lab.path) as [
  string,
  string,
  string,
];
const HOOKS = ['replace_mm_exe_file', 'prctl_set_mm_exe_file'];

// of kernels with CONFIG_CHECKPOINT_RESTORE
const hasMap = (await vm.run('test -e /proc/sys/kernel/ns_last_pid')).code === 0;

/** Root, and anybody in a user namespace of his own. */
const WAYS: [way: string, through: readonly string[]][] = [['file', []]];
if (hasMap) WAYS.push(['map', ['setpriv', '--reuid=4242', '--clear-groups']]);

let watcher: Watcher;
let hook: string;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && printf treasure >secret && chmod 666 secret &&
     cp ${path.join(PROGRAMS, 'try')} program && cp program second`,
  );
  watcher = await Watcher.start({verdict: 'deny'});
  hook = Object.keys((await lab.guard.status()).hooks).find((name) => HOOKS.includes(name)) ?? '';
});

afterEach(() => lab.guard.clear());
afterAll(() => watcher.end());

const exeOf = async ({pid}: Actor): Promise<string> =>
  (await vm.ok(`readlink /proc/${pid}/exe`)).trim();

describe.each(WAYS)('a process that would pass for another program, by %s', (way, through) => {
  let actor: Actor;

  beforeEach(async () => {
    actor = await Actor.start({through});
  });
  afterEach(() => actor.end());

  async function expectRefused(rule: number): Promise<void> {
    const own = await exeOf(actor);
    const before = (await lab.guard.list())[0]?.denied ?? 0;
    expect(await actor.do('pose', way, program)).toBe('EPERM');
    expect(await watcher.next()).toMatchObject({
      op: 'exec',
      verdict: 'deny',
      reason: 'rule',
      detail: 'posing',
      path: program,
      rule,
      pid: actor.pid,
    });
    expect((await lab.guard.list())[0]?.denied).toBe(before + 1);
    expect(await exeOf(actor)).toBe(own);
  }

  it('does, where no rule lets that in', async () => {
    await lab.guard.add(secret, {exes: [second], ops: ['write'], against: true});
    expect(await actor.do('pose', way, program)).toBe('OK');
    expect(await exeOf(actor)).toBe(program);
    expect(await actor.do('open', secret)).toBe('OK');
  });

  it('does not, where a rule does', async () => {
    const {id} = await lab.guard.add(secret, {exes: [second, program]});
    await expectRefused(id);
    expect(await actor.do('open', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'read', path: secret, rule: id});
  });

  it('does not, whoever else must be so, too', async () => {
    const {id} = await lab.guard.add(secret, {exes: [program], uids: [7]});
    await expectRefused(id);
  });

  it('does not, by a name of it that is gone', async () => {
    const hard = lab.path('hard');
    await vm.ok(['ln', program, hard]);
    const member = await Actor.start({program: hard, through});
    await vm.ok(['rm', hard]);
    const {id} = await lab.guard.add(secret, {exes: [program]});
    expect(await actor.do('pose', way, `/proc/${member.pid}/exe`)).toBe('EPERM');
    expect(await watcher.next()).toMatchObject({detail: 'posing', rule: id, pid: actor.pid});
    await member.end();
  });

  it('does, where the rule lets it in as it is', async () => {
    await lab.guard.add(secret, {exes: [await exeOf(actor), program]});
    expect(await actor.do('pose', way, program)).toBe('OK');
  });

  it('does, where it is another program, if that can be told in time', async () => {
    await lab.guard.add(secret, {exes: [program]});
    const certain = hook === 'replace_mm_exe_file';
    expect(await actor.do('pose', way, second)).toBe(certain ? 'OK' : 'EPERM');
    if (!certain) expect(await watcher.next()).toMatchObject({detail: 'posing', path: second});
    expect(await actor.do('open', secret)).toBe('EACCES');
    await watcher.next();
  });

  it('does not, where an answer lets that in', async () => {
    const {id} = await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
    const answerer = await Answerer.start();
    const member = await Actor.start({program});
    const opened = member.do('open', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(await opened).toBe('OK');
    await expectRefused(id);
    await member.end();
    await answerer.end();
  });

  it('does not, where a rule asks: by the executable is answered', async () => {
    const {id} = await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
    await expectRefused(id);
  });

  it('is not let in by what it took before there was a rule', async () => {
    expect(await actor.do('pose', way, program)).toBe('OK');
    const {id} = await lab.guard.add(secret, {exes: [program]});
    expect(await actor.do('open', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'read', path: secret, exe: program, rule: id});
  });

  it('is not let in by the answer to who runs that', async () => {
    expect(await actor.do('pose', way, program)).toBe('OK');
    await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
    const answerer = await Answerer.start();
    const member = await Actor.start({program, through});
    const opened = member.do('open', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(await opened).toBe('OK');
    await answerer.end();
    expect(await member.do('open', secret)).toBe('OK');
    expect(await actor.do('open', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'read', path: secret, pid: actor.pid});
    await member.end();
  });

  it('is not taken for one who ran a program before its upgrade', async () => {
    const [upgraded, kept] = [lab.path('upgraded'), lab.path('kept')];
    await vm.ok(`cd ${lab.directory} && rm -f upgraded kept && cp program upgraded && ln upgraded kept &&
       cp program next`);
    const {id} = await lab.guard.add(secret, {exes: [upgraded]});
    const early = await Actor.start({program: upgraded});
    await vm.ok(`cd ${lab.directory} && mv next upgraded`);
    const late = await Actor.start({program: kept, through});
    expect(await late.do('open', secret)).toBe('EACCES');
    await watcher.next();
    await late.do('pose', way, kept);
    expect(await late.do('open', secret)).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'read', path: secret, rule: id});
    expect(await early.do('open', secret)).toBe('OK');
    await Promise.all([late.end(), early.end()]);
  });

  it('does, when no rule asks any more', async () => {
    await lab.guard.add(secret, {otherwise: 'ask', deadline: 600_000});
    await lab.guard.clear();
    await lab.guard.add(secret, {exes: [second], ops: ['write'], against: true});
    expect(await actor.do('pose', way, program)).toBe('OK');
  });
});

it.each([
  ['needs no hook where no rule is about executables', {ops: ['read']}, false],
  ['needs no hook where a rule is against one', {exes: [program], against: true}, false],
  ['needs a hook where a rule lets one in', {exes: [program]}, true],
  ['needs a hook where a rule asks', {otherwise: 'ask'}, true],
] as const)('%s', async (_, rule, needed) => {
  await lab.guard.until(({hooks}) => hooks[hook] === 'idle');
  await lab.guard.add(secret, rule);
  if (needed) expect((await lab.guard.status()).hooks[hook]).toBe('active');
  // while it is made it is needed, and goes a little later
  else await lab.guard.until(({hooks}) => hooks[hook] === 'idle');
});
