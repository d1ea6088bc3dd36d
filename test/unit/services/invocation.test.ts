// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {realpathSync} from 'node:fs';
import * as promises from 'node:fs/promises';
import {afterAll, afterEach, describe, expect, it, vi} from 'vitest';

import {NO_INVOCATION, type Question} from '../../../src/domain/question.js';
import {readInvocation} from '../../../src/services/ask/invocation.js';
import {newFolder} from '../folder.js';
import {QUESTION} from '../question.js';

/* Processes that never show what they are, as of a filesystem that never answers. */
const MUTE = 4_194_305;
const state = vi.hoisted(() => ({release: (): void => undefined}));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  const open: typeof promises.open = async (path, ...rest) => {
    if (path === `/proc/${MUTE}`) await new Promise<void>((resolve) => (state.release = resolve));
    return real.open(path, ...rest);
  };
  return {...real, open};
});

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterEach(() => {
  vi.useRealTimers();
});

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

const waiter = (pid: number, time = now()): Question => ({...QUESTION, pid, tid: pid, time});

/* A process that shows these bytes as its arguments. */
async function start(script: string, cwd = '/'): Promise<number> {
  const child = spawn('/bin/bash', ['-c', script], {cwd, stdio: ['ignore', 'pipe', 'inherit']});
  running.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

const WAIT = 'echo started; read <><(:)';

describe('how an waiter was started', () => {
  it('is told with its arguments, byte for byte, and its folder', async () => {
    const folder = realpathSync(newFolder());
    const words = `"" "a b" $'line\\n\\xff' $'\\u20ac'`;
    const pid = await start(`exec bash -c '${WAIT}' ${words}`, folder);
    expect(await readInvocation(waiter(pid))).toEqual({
      args: ['bash', '-c', WAIT, '', 'a b', 'line\n\udcff', '\u20ac'],
      argsCut: false,
      cwd: folder,
    });
  });

  it('is cut where it is endless, and that is said', async () => {
    const pid = await start(`exec bash -c '${WAIT}' $(printf 'x%.0s ' {1..40000})`);
    const {args, argsCut} = await readInvocation(waiter(pid));
    expect(argsCut).toBe(true);
    expect(args?.join(' ')).toMatch(/^bash -c echo started; read <><\(:\)( x)+ ?$/);
    expect(args?.join(' ').length).toBeLessThanOrEqual(32_768);
  });

  it('is not told of another process that has its number by now', async () => {
    const before = now() - 1_000_000_000n;
    const pid = await start(WAIT);
    expect(await readInvocation(waiter(pid, before))).toEqual(NO_INVOCATION);
    expect((await readInvocation(waiter(pid))).args?.[0]).toBe('/bin/bash');
  });

  it('is not known of one that has gone', async () => {
    expect(await readInvocation(waiter(MUTE + 1))).toEqual(NO_INVOCATION);
  });

  it('is not waited for longer than a moment, and for some only', async () => {
    vi.useFakeTimers();
    const first = readInvocation(waiter(MUTE));
    const second = readInvocation(waiter(MUTE));
    await vi.advanceTimersByTimeAsync(1000);
    expect([await first, await second]).toEqual([NO_INVOCATION, NO_INVOCATION]);
    vi.useRealTimers();
    expect(await readInvocation(waiter(process.pid))).toEqual(NO_INVOCATION);
    state.release();
    await vi.waitFor(async () => {
      expect((await readInvocation(waiter(process.pid))).args).not.toBeNull();
    });
  });
});
