// SPDX-License-Identifier: MIT
// A tracer from before the rule could make an allowed process do anything.
import {afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/early/secret
const lab = useLab('early');
const secret = lab.path('secret');
let traced: Actor;
let watcher: Watcher;

beforeAll(() => vm.ok(`printf treasure >${secret}`));

beforeEach(async () => {
  traced = await Actor.start();
  watcher = await Watcher.start({verdict: 'deny', pids: [traced.pid]});
});

afterEach(async () => {
  await lab.guard.clear();
  await watcher.end();
  await traced.end();
});

it('a process that is traced by one that is not allowed is let in when that ends', async () => {
  expect(await lab.intruder.do('trace-keep', traced.pid)).toBe('OK');
  const {id} = await lab.guard.add(secret, {pids: [traced.pid, lab.owner.pid]});
  await expectRefusal({
    actor: traced,
    watcher,
    words: ['open', secret],
    op: 'read',
    rule: id,
    path: secret,
    unchanged: () => lab.owner.show(secret),
  });
  expect(await lab.intruder.do('trace-drop', traced.pid)).toBe('OK');
  expect(await traced.do('open', secret)).toBe('OK');
  expect(await lab.intruder.do('trace-keep', traced.pid)).toBe('EPERM');
});

it('a process that is traced by one that is allowed is let in', async () => {
  expect(await lab.owner.do('trace-keep', traced.pid)).toBe('OK');
  await lab.guard.add(secret, {pids: [traced.pid, lab.owner.pid]});
  expect(await traced.do('open', secret)).toBe('OK');
  expect(await lab.owner.do('trace-drop', traced.pid)).toBe('OK');
});
