// SPDX-License-Identifier: MIT
import path from 'node:path';
import {beforeAll, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/subjects/secret   guarded
const lab = useLab('subjects');
const secret = lab.path('secret');

beforeAll(async () => {
  await vm.ok(`printf treasure >${secret}`);
});

it('a grant is for the process, through exec, and for nobody else', async () => {
  const granted = await Actor.start();
  await lab.guard.add(secret, {pids: [granted.pid]});
  expect(await granted.do('open', secret)).toBe('OK');
  expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  granted.say('execve', path.join(PROGRAMS, 'try'));
  expect(await granted.do('open', secret)).toBe('OK');
  expect(await granted.do('child', 'open', secret)).toBe('EACCES');
  expect(await granted.do('thread', 'open', secret)).toBe('OK');
  await granted.end();
});

it('a process that gets the number of one that had a grant inherits nothing', async () => {
  const granted = await Actor.start();
  const {id: rule} = await lab.guard.add(secret, {pids: [granted.pid]});
  const watcher = await Watcher.start({verdict: 'deny'});
  await granted.end();
  expect(await lab.intruder.do('numbered', granted.pid, 'open', secret)).toBe('EACCES');
  expect(await watcher.next()).toMatchObject({pid: granted.pid, rule, path: secret});
  await watcher.end();
});

it('the grant of a dead process is shown as such, and the rule stays', async () => {
  const granted = await Actor.start();
  await lab.guard.add(secret, {pids: [granted.pid, lab.owner.pid]});
  const grants = async () => (await lab.guard.list())[0]?.grants;
  const alive = (pid: number, is: boolean) => ({pid, comm: 'try', alive: is});
  expect(await grants()).toEqual(
    expect.arrayContaining([alive(granted.pid, true), alive(lab.owner.pid, true)]),
  );
  await granted.end();
  expect(await grants()).toEqual(
    expect.arrayContaining([alive(granted.pid, false), alive(lab.owner.pid, true)]),
  );
  expect(await lab.owner.do('open', secret)).toBe('OK');
});

it('a dead process cannot be granted anything', async () => {
  const gone = await Actor.start();
  await gone.end();
  expect(await lab.guard.ask('add', {path: secret, pids: gone.pid})).toMatchObject({
    errno: 'ESRCH',
  });
});

it('numbers are those of the pid namespace of whoever makes the rule', async () => {
  // In a new pid namespace the command is process 1 there.
  const added = await vm.ok(`unshare -pf ${PROGRAMS}/guard add path=${secret} pids=1`);
  const [rule] = await lab.guard.list();
  expect(rule).toMatchObject({id: (JSON.parse(added) as {id: number}).id});
  expect(rule?.grants).toEqual([{pid: expect.any(Number), comm: 'guard', alive: false}]);
  expect(rule?.grants[0]?.pid).not.toBe(1);
});

it('a rule may allow a thousand processes, and no more', async () => {
  const many = (count: number) => Array.from({length: count}, () => lab.owner.pid).join(',');
  await lab.guard.do('add', {path: secret, pids: many(1024)});
  expect((await lab.guard.list())[0]?.grants).toHaveLength(1024);
  expect(await lab.guard.ask('add', {path: secret, pids: many(1025)})).toMatchObject({
    errno: 'E2BIG',
  });
  expect(await lab.owner.do('open', secret)).toBe('OK');
});
