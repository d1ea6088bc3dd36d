// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync} from 'node:fs';
import type {Server} from 'node:net';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';

import {
  awaitDecisions,
  decidePending,
  requireNonePending,
} from '../../../../src/services/rule-files/pending.js';
import {evesFolder, isRoot} from '../../eve.js';
import {newFolder} from '../../folder.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/* A socket that a process left behind that was killed. */
function leaveSocket(path: string): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script]);
  } catch {
    expect(existsSync(path)).toBe(true);
  }
}

describe('those who want to hold the former rules', () => {
  it.each([true, false])('are one at a time (another was killed: %s)', async (wasKilled) => {
    const path = join(newFolder(), 'confirm.sock');
    if (wasKilled) leaveSocket(path);
    const all = Array.from({length: 6}, (_, n) =>
      awaitDecisions(() => Promise.resolve(String(n)), path).then((server) => {
        servers.push(server);
        return n;
      }),
    );
    const results = await Promise.allSettled(all);
    const won = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won.length).toBe(1);
    expect(results.filter(({status}) => status === 'rejected').length).toBe(5);
    expect(await decidePending('keep', path)).toBe(String(won[0]));
  });
});

describe.runIf(isRoot)('a folder in which another user can put a socket', () => {
  it.each([
    ['of hers', evesFolder],
    ['of all', openFolder],
  ])('is not used: %s', async (_whose, make) => {
    const path = join(make(), 'confirm.sock');
    const hold = () => awaitDecisions(() => Promise.resolve('confirmed'), path);
    await expect(hold()).rejects.toThrow('is not safe to use');
    await expect(requireNonePending(path)).rejects.toThrow('is not safe to use');
    await expect(decidePending('keep', path)).rejects.toThrow('is not safe to use');
  });

  function openFolder(): string {
    const folder = newFolder();
    chmodSync(folder, 0o1777);
    return folder;
  }
});
