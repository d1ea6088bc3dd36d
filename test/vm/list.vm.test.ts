// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, beforeEach, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/list/folder/{one,two}   the folder is guarded: the owner gets in
const lab = useLab('list');
const folder = lab.path('folder');
let watcher: Watcher;
let rule: number;

beforeAll(async () => {
  await vm.ok(`mkdir ${folder} && touch ${folder}/one ${folder}/two`);
  watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
});

beforeEach(async () => {
  rule = (await lab.guard.add(folder, {ops: ['list'], pids: [lab.owner.pid]})).id;
});

afterAll(() => watcher.end());

it.each(['open-dir', 'open', 'openat', 'handle', 'proc-root', 'uring-open'])(
  'a guarded directory cannot be opened by %s',
  async (route) => {
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: [route, folder],
      op: 'list',
      rule,
      path: folder,
      unchanged: () => lab.owner.show(folder),
    });
  },
);

it('a rule about listing lets everything else through', async () => {
  for (const route of ['stat', 'chmod', 'touch'])
    expect([route, await lab.intruder.do(route, folder)]).toEqual([route, 'OK']);
  for (const route of ['open-rdwr', 'stat', 'unlink', 'mkdir', 'rmdir'])
    expect([route, await lab.intruder.do(route, `${folder}/one`)]).toEqual([route, 'OK']);
});

it('the allowed process lists', async () => {
  expect(await lab.owner.do('open-dir', folder)).toBe('OK');
  expect(await lab.owner.do('hold-dir', folder)).toBe('OK');
  expect(await lab.owner.do('fd-getdents', '-')).toBe('OK');
});

it('a rule about reading is not about listing', async () => {
  await lab.guard.add(folder, {ops: ['read']});
  expect(await lab.intruder.do('open-dir', folder)).toBe('OK');
});
