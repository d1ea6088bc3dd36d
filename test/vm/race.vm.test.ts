// SPDX-License-Identifier: MIT
// What the kernel decides about is what it opens, whatever the caller does to the
// name meanwhile.
import {beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
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
  expect(await lab.intruder.do('race', lab.path('secret'), lab.path('public'), 20_000)).toBe('OK');
  expect(await lab.owner.do('open', lab.path('secret'))).toBe('OK');
});
