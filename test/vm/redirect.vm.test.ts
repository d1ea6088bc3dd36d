// SPDX-License-Identifier: MIT
// Somebody else who redirects functions of the kernel: a module of the tests,
// which stands for a live patch or for another guard.
import path from 'node:path';
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {json} from './helper/cli.js';
import {Answerer} from './helper/answerer.js';
import {useLab} from './helper/lab.js';
import {useShortLinger} from './helper/linger.js';
import {bring, write} from './helper/other-module.js';
import {expectRefusal} from './helper/refusal.js';
import {isNoted} from './helper/redirected.js';
import {Watcher} from './helper/watcher.js';
import {REPOSITORY} from './runner/prepare.js';
import {vm} from './runner/shared.js';

// /tmp/redirect/
//   secret, other   guarded, where a test says so
//   rules.yaml      of both
//   redirect.ko     redirects the function that it is given
const lab = useLab('redirect');
useShortLinger(lab);
const [secret, other] = [lab.path('secret'), lab.path('other')];
const [rules, module] = [lab.path('rules.yaml'), lab.path('redirect.ko')];
const RULES = `rules: [{path: ${secret}}, {path: ${other}, errno: EPERM}]`;
const UMOUNT = 'security_sb_umount';
const REFUSED = `ftrace refuses to hook ${UMOUNT}: another user redirects it, or kernel.ftrace_enabled is 0`;

const redirect = (name: string) => vm.run(['insmod', module, `function=${name}`]);
const letGo = () => vm.ok('! test -d /sys/module/redirect || rmmod redirect');

/** Once no hook lingers, this one is somebody else's. */
async function takeFirst(name: string): Promise<void> {
  await lab.guard.until(({hooks}) => hooks[name] === 'idle');
  expect(await redirect(name)).toMatchObject({code: 0});
}

const objects = async () => (await lab.guard.list()).map((rule) => rule.path);

/** What doctor finds; it ends with 1 where anything is amiss. */
async function finding(title: string): Promise<unknown> {
  const {stdout} = await vm.run('fguard doctor --json');
  const {checks} = JSON.parse(stdout) as {checks: {title: string}[]};
  return checks.find((check) => check.title === title);
}

async function expectHeld(file: string, error: 'EACCES' | 'EPERM', rule: number): Promise<void> {
  const watcher = await Watcher.start({verdict: 'deny', paths: [file]});
  try {
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: ['unlink', file],
      op: 'delete',
      rule,
      path: file,
      error,
      unchanged: () => vm.ok(['stat', '-c', '%i %h %s %Z', file]),
    });
  } finally {
    await watcher.end();
  }
}

beforeAll(async () => {
  await vm.ok(`touch ${secret} ${other}`);
  await write(rules, RULES);
  await bring(path.join(REPOSITORY, 'test/vm/guest/redirect'), 'redirect', module);
});

afterEach(async () => {
  await lab.guard.clear();
  await letGo();
});

describe('another user, while hooks are in force', () => {
  it('is refused by the kernel at each of them, and the guard holds', async () => {
    // all that there is needs them
    await lab.guard.add(other, {otherwise: 'ask', loginuids: [1]});
    const answerer = await Answerer.start();
    const allowed = {pids: [lab.owner.pid], children: true};
    const {id} = await lab.guard.add(secret, {strict: true, ...allowed});
    const {hooks} = await lab.guard.status();
    const names = Object.keys(hooks).filter((name) => hooks[name] !== 'missing');
    expect(names.filter((name) => hooks[name] !== 'active')).toEqual([]);
    for (const name of names.filter((each) => !isNoted(each))) {
      const {code, stderr} = await redirect(name);
      expect([name, code, stderr]).toEqual([name, 1, expect.stringMatching(/resource busy/)]);
    }
    await expectHeld(secret, 'EACCES', id);
    expect(await finding('hooks')).not.toMatchObject({state: 'failed'});
    await answerer.end();
  });

  it('gets in where no rule needs the function', async () => {
    await lab.guard.until(({hooks}) => Object.values(hooks).every((state) => state !== 'active'));
    const {id} = await lab.guard.add(secret, {ops: ['read']});
    expect(await redirect(UMOUNT)).toMatchObject({code: 0});
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect((await lab.guard.list()).map((rule) => rule.id)).toEqual([id]);
  });
});

describe('another user who was there first', () => {
  it('keeps a rule out that needs the function, which is named; after him it is made', async () => {
    await takeFirst(UMOUNT);
    expect(await json(`fguard protect ${secret} --json`, 1)).toMatchObject({
      error: {code: 'EBUSY', message: expect.stringContaining(REFUSED) as string},
    });
    expect(await lab.guard.list()).toEqual([]);
    expect(await finding('other tracers')).toMatchObject({
      state: 'failed',
      detail: `another tracer redirects ${UMOUNT}; rules that need them are refused`,
    });
    await letGo();
    const {rules: made} = (await json(`fguard protect ${secret} --json`)) as {
      rules: {id: number}[];
    };
    await expectHeld(secret, 'EACCES', made[0]?.id ?? 0);
  });

  it('leaves rules that do not need it, and lets more of them in', async () => {
    await takeFirst(UMOUNT);
    await lab.guard.add(other, {ops: ['attr']});
    expect(await lab.guard.ask('add', {path: secret})).toEqual({errno: 'EBUSY', message: REFUSED});
    await lab.guard.add(secret, {ops: ['read', 'rename']});
    expect(await objects()).toEqual([other, secret]);
    expect(await lab.intruder.do('chmod', other)).toBe('EACCES');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });

  it('cannot make a rule do less by keeping out its replacement, nor a whole set', async () => {
    await takeFirst(UMOUNT);
    const {id} = await lab.guard.add(secret, {ops: ['read']});
    const refused = {error: {code: 'EBUSY', message: expect.stringContaining(REFUSED) as string}};
    expect(await json(`fguard protect ${secret} --json`, 1)).toMatchObject(refused);
    expect(await json(`fguard apply ${rules} --json`, 1)).toMatchObject(refused);
    expect((await lab.guard.list()).map((rule) => [rule.id, rule.path])).toEqual([[id, secret]]);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    await letGo();
    await vm.ok(`fguard apply ${rules}`);
    expect(await objects()).toEqual([secret, other]);
    await expectHeld(other, 'EPERM', (await lab.guard.list())[1]?.id ?? 0);
  });

  it('keeps out whoever would watch what the function does', async () => {
    await takeFirst(UMOUNT);
    await expect(Watcher.start({all: true, ops: ['mount']})).rejects.toThrow(REFUSED);
    await (await Watcher.start({all: true, ops: ['attr']})).end();
  });
});

it.each(['security_file_open', 'security_inode_setattr', 'security_sb_umount'])(
  'what another user does at %s is told of that function',
  async (name) => {
    await takeFirst(name);
    expect(await lab.guard.ask('add', {path: secret})).toMatchObject({
      errno: 'EBUSY',
      message: expect.stringContaining(name) as string,
    });
    expect(await objects()).toEqual([]);
    await letGo();
    await lab.guard.add(secret);
  },
);
