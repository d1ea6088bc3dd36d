// SPDX-License-Identifier: MIT
/* The socket of the one set of rules that is waiting for confirmation. */
import {mkdirSync, rmSync} from 'node:fs';
import {type Server, type Socket, connect, createServer} from 'node:net';
import {dirname} from 'node:path';

import {UserError, notPermitted} from '../../domain/errors.js';
import {errorCode, lstatIfPossible} from '../../linux/files.js';
import {requireOwn} from '../../linux/own-folder.js';
import {runsAsRoot, withSudo} from '../../linux/privilege.js';
import {exclusively} from '../../linux/exclusive.js';
import {lineReader} from '../../linux/lines.js';

/* FGUARD_RUN is for tests, which would otherwise share one pending set. */
const PENDING_SOCKET = `${process.env.FGUARD_RUN ?? '/run/fguard'}/confirm.sock`;

const OTHERS_MAY_WRITE = 0o022n;

/* Root believes who answers there, and may have the variable from whoever ran `su`. */
function requireOwnSocket(path: string): void {
  if (!runsAsRoot()) return;
  const folder = requireOwn(dirname(path), ['unset FGUARD_RUN']);
  const mode = lstatIfPossible(folder)?.mode ?? 0n;
  if ((mode & OTHERS_MAY_WRITE) === 0n) return;
  const message = `${folder} is not safe to use: other users can write to it`;
  throw new UserError('EUNSAFE', message, {next: ['unset FGUARD_RUN']});
}

/** How the waiting ended. */
export type Decision = 'keep' | 'back';

export const isDecision = (word: string): word is Decision => word === 'keep' || word === 'back';

const forRoot = (): UserError =>
  notPermitted('only root can confirm rules or roll them back', [withSudo()]);

/** Connects to the process that keeps the old rules; undefined if there is none. */
async function connectPending(path = PENDING_SOCKET): Promise<Socket | undefined> {
  requireOwnSocket(path);
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

/** Refuses while rules wait for confirmation: a change now would be lost by a roll-back. */
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

/** Accepts decisions from other invocations; refuses if a set is already waiting. */
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
  requireOwnSocket(path);
  mkdirSync(dirname(path), {recursive: true, mode: 0o700});
  /* A socket left by a crash does not answer. Two processes may both try to replace it. */
  const takePlace = async (): Promise<void> => {
    await requireNonePending(path);
    rmSync(path, {force: true});
    await listen(server, path);
  };
  const {signal} = new AbortController();
  await exclusively(takePlace, () => undefined, signal, `${path}.lock`);
  return server;
}

/** Sends a decision to the process that keeps the old rules; returns the outcome. */
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
