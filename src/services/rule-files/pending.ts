// SPDX-License-Identifier: MIT
/* The socket of the one set of rules that waits to be confirmed. */
import {mkdirSync, rmSync} from 'node:fs';
import {type Server, type Socket, connect, createServer} from 'node:net';
import {dirname} from 'node:path';

import {UserError, notPermitted} from '../../domain/errors.js';
import {errorCode} from '../../linux/files.js';
import {withSudo} from '../../linux/privilege.js';
import {exclusively} from '../../linux/exclusive.js';
import {lineReader} from '../../linux/lines.js';

/* FGUARD_RUN is for tests: one set waits at a time, and not on the whole machine. */
const PENDING_SOCKET = `${process.env.FGUARD_RUN ?? '/run/fguard'}/confirm.sock`;

/** What becomes of rules that wait. */
export type Decision = 'keep' | 'back';

export const isDecision = (word: string): word is Decision => word === 'keep' || word === 'back';

const forRoot = (): UserError =>
  notPermitted('only root can confirm rules or roll them back', [withSudo()]);

/** Connects to who holds the former rules; undefined if nobody does. */
export function connectPending(path = PENDING_SOCKET): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      resolve(socket);
    });
    socket.once('error', (error) => {
      const code = errorCode(error);
      if (['ENOENT', 'ECONNREFUSED'].includes(code)) resolve(undefined);
      else reject(['EACCES', 'EPERM'].includes(code) ? forRoot() : error);
    });
  });
}

const waiting = (): UserError =>
  new UserError('EBUSY', 'rules that were applied before are still waiting for confirmation', {
    next: ['sudo fguard apply --confirm yes', 'sudo fguard apply --confirm no'],
  });

/** Refuses while rules wait to be confirmed: what came now would be lost if those are not. */
export async function requireNonePending(path = PENDING_SOCKET): Promise<void> {
  const socket = await connectPending(path);
  socket?.destroy();
  if (socket !== undefined) throw waiting();
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });

/** Takes decisions from other invocations; refuses if somebody waits for one already. */
export async function awaitDecisions(
  decide: (decision: Decision) => Promise<string>,
  path = PENDING_SOCKET,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    lineReader(socket, (line) => {
      if (isDecision(line)) void decide(line).then((reply) => socket.end(`${reply}\n`));
    });
  });
  mkdirSync(dirname(path), {recursive: true, mode: 0o700});
  /* One that was left behind by a crash does not answer. Two who find it both want its place. */
  const takePlace = async (): Promise<void> => {
    await requireNonePending(path);
    rmSync(path, {force: true});
    await listen(server, path);
  };
  const {signal} = new AbortController();
  await exclusively(takePlace, () => undefined, signal, `${path}.lock`);
  return server;
}

/** Tells who holds the former rules what to do; returns what became of it. */
export async function decidePending(decision: Decision, path = PENDING_SOCKET): Promise<string> {
  const socket = await connectPending(path);
  if (socket === undefined)
    throw new UserError('ENOENT', 'no rules are waiting for confirmation', {
      next: ['sudo fguard rules'],
    });
  socket.write(`${decision}\n`);
  return new Promise((resolve, reject) => {
    lineReader(socket, resolve);
    socket.on('error', reject);
    socket.on('close', () => {
      reject(
        new UserError('EIO', 'the process that kept the old rules ended without giving a reason'),
      );
    });
  });
}
