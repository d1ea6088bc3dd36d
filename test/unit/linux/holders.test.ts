// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import * as promises from 'node:fs/promises';
import {afterEach, expect, it, vi} from 'vitest';

import {findHolders} from '../../../src/linux/holders.js';

/* Processes whose memory never answers, as of a filesystem that does not. */
const state = vi.hoisted(() => ({
  mute: new Set<string>(),
  release: [] as (() => void)[],
}));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  const readFile = async (path: string): Promise<Buffer> => {
    if (state.mute.has(path)) await new Promise<void>((resolve) => state.release.push(resolve));
    return real.readFile(path);
  };
  return {...real, readFile};
});

const running: ChildProcess[] = [];
afterEach(() => {
  for (const release of state.release.splice(0)) release();
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/* A process that runs until the test is over. */
async function start(): Promise<number> {
  const child = spawn('/bin/sh', ['-c', 'echo started; read word'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

it('goes on past a process whose memory does not answer, and says that it is unknown', async () => {
  const [mute, open] = [await start(), await start()];
  const shell = await promises.realpath('/bin/sh');
  state.mute.add(`/proc/${mute}/maps`);
  const found = await findHolders([{path: shell, tree: false, suffix: null}]);
  expect(found.filter(({pid}) => pid === mute || pid === open)).toEqual([
    {pid: mute, comm: 'sh', fd: null, path: null, access: 'unknown'},
    {pid: open, comm: 'sh', fd: null, path: shell, access: 'map'},
  ]);
});
