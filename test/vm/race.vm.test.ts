// SPDX-License-Identifier: MIT
// What the kernel decides about is what it opens, whatever the caller does to the
// name meanwhile.
import {beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/race/
//   secret   guarded
//   public   of the same length
const lab = useLab('race');

beforeAll(async () => {
  await vm.ok(`printf treasure >${lab.path('secret')}; printf plain >${lab.path('public')}`);
  await lab.guard.add(lab.path('secret'), {pids: [lab.owner.pid]});
});

it('a path that changes in memory opens nothing that is guarded', async () => {
  const [secret, open] = [lab.path('secret'), lab.path('public')];
  const before = await lab.owner.show(secret);
  const watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  expect(await lab.intruder.do('race', secret, open, 20_000)).toBe('OK');
  expect(await watcher.next()).toMatchObject({op: 'read', path: secret, reason: 'rule'});
  await watcher.end();
  expect(await lab.owner.show(secret)).toBe(before);
  expect(before).toContain('content=treasure');
});
