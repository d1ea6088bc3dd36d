// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, rmSync} from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {cleanEnvironment} from '../linux/environment.js';
import {UserError} from '../domain/errors.js';
import {requireRoot} from '../linux/privilege.js';
import {deferred} from './deferred.js';
import {REPOSITORY} from './prepare.js';

/** How the guest gets the host's files: arguments for QEMU, and what to stop with it. */
export interface Share {
  arguments: string[];
  stop(): void;
}

function share9p(): Share {
  return {
    arguments: [
      ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
      ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ],
    stop: () => undefined,
  };
}

/** Waits until the server prints on stderr that it listens; its output is kept for an error. */
async function listening(server: ChildProcess): Promise<void> {
  const ready = deferred<undefined>();
  const said: string[] = [];
  if (!server.stderr) throw new Error('virtiofsd has no stderr');
  createInterface(server.stderr).on('line', (line) => {
    said.push(line);
    if (line.includes('Waiting for vhost-user socket connection')) ready.resolve(undefined);
  });
  server.on('error', (error) => ready.reject(error));
  server.on('exit', () => ready.reject(new Error(`virtiofsd exited: ${said.join('\n')}`)));
  await ready.promise;
}

/* Part of QEMU up to Debian 12, a separate package since: see lab/share.sh. */
const SERVERS = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd'];

function requireServer(): void {
  requireRoot('sharing files over virtio-fs (this kernel has no 9p)');
  if (SERVERS.some((file) => existsSync(file))) return;
  throw new UserError('ENOPROGRAM', 'this kernel needs virtiofsd, which is not installed', {
    next: ['sudo apt install virtiofsd'],
  });
}

async function shareVirtioFs(dir: string): Promise<Share> {
  requireServer();
  const script = path.join(REPOSITORY, 'lab/share.sh');
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', script, dir], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  await listening(server);
  return {
    arguments: [
      ...['-chardev', `socket,id=share,path=${path.join(dir, 'share')}`],
      ...['-device', 'vhost-user-fs-pci,chardev=share,tag=host'],
    ],
    stop: () => {
      server.kill('SIGKILL');
      rmSync(path.join(dir, 'share'), {force: true});
    },
  };
}

/** 9p needs no separate server; kernels without it (the cloud flavours) have virtio-fs. */
export function shareHost(kind: '9p' | 'virtiofs', dir: string): Promise<Share> {
  return kind === '9p' ? Promise.resolve(share9p()) : shareVirtioFs(dir);
}
