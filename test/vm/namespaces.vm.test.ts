// SPDX-License-Identifier: MIT
// Root of a user namespace: capabilities and mounts, but not outside.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/namespaces/
//   folder/secret   guarded, all may read and write it
//   copy/           nothing is there
const lab = useLab('namespaces');
const secret = lab.path('folder/secret');
const NOBODY = ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups'];

describe.each([
  ['made by root', []],
  ['made by a user', NOBODY],
])('root of a user namespace %s', (_, as) => {
  let apart: Actor;
  let watcher: Watcher;
  let rule: number;

  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && chmod 777 . && mkdir -p folder copy && chmod 777 folder copy &&
       printf treasure >folder/secret && chmod 666 folder/secret`,
    );
    rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
    apart = await Actor.start({
      through: [...as, 'unshare', '--user', '--map-root-user', '--mount'],
    });
    watcher = await Watcher.start({verdict: 'deny', pids: [apart.pid]});
  });

  afterAll(async () => {
    await watcher.end();
    await apart.end();
    await lab.guard.clear();
  });

  it.each([
    ['open', 'read'],
    ['open-write', 'write'],
    ['truncate', 'truncate'],
    ['unlink', 'delete'],
  ] as const)('cannot %s a guarded file', async (route, op) => {
    await expectRefusal({
      actor: apart,
      watcher,
      words: [route, secret],
      op,
      rule,
      path: secret,
      unchanged: () => lab.owner.show(secret),
    });
  });

  it('cannot get at it through mounts of its own', async () => {
    expect(await apart.do('mount-bind', lab.path('copy'), lab.path('folder'))).toBe('OK');
    for (const route of ['open', 'open-write', 'unlink', 'truncate'])
      expect([route, await apart.do(route, lab.path('copy/secret'))]).toEqual([route, 'EACCES']);
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });

  it('may hide it from itself, and from nobody else', async () => {
    expect(await apart.do('mount', lab.path('folder'))).toBe('OK');
    expect(await apart.do('open', secret)).toBe('ENOENT');
    expect(await lab.owner.do('open', secret)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await apart.do('umount', lab.path('folder'))).toBe('OK');
    expect(await apart.do('open', secret)).toBe('EACCES');
  });
});
