// SPDX-License-Identifier: MIT
/* The way in for services. Each loads koffi only when it is used, for the sake of a quick start. */
import type {Datagrams} from './datagram.js';
import type {Guard} from './guard.js';
import type {HangUpWatch} from './hang-up.js';
import type {Login} from './login.js';
import type {Watchdog} from './watchdog.js';

export type {Datagrams} from './datagram.js';
export type {Added, EventStream, Guard, StreamEnd} from './guard.js';
export type {HangUpWatch} from './hang-up.js';
export type {Login} from './login.js';
export type {Watchdog} from './watchdog.js';

export async function connect(): Promise<Guard> {
  const native = await import('./connection.js');
  return native.connect();
}

export async function processLogin(pid: number): Promise<Login | null> {
  const native = await import('./login.js');
  return native.processLogin(pid);
}

export async function sendDatagram(path: string, text: string): Promise<boolean> {
  const native = await import('./datagram.js');
  return native.sendDatagram(path, text);
}

export async function connectDatagrams(path: string): Promise<Datagrams | undefined> {
  const native = await import('./datagram.js');
  return native.connectDatagrams(path);
}

export async function startWatchdog(path: string, interval: number): Promise<Watchdog> {
  const native = await import('./watchdog.js');
  return native.startWatchdog(path, interval);
}

export async function onHangUp(fd: number, callback: () => void): Promise<HangUpWatch> {
  const native = await import('./hang-up.js');
  return native.onHangUp(fd, callback);
}

/** A way to end the process at once, without waiting for threads of it that never come back. */
export async function hardExit(): Promise<(code: number) => void> {
  const native = await import('./hard-exit.js');
  return native.hardExit;
}

export async function onDeath(pid: number, died: (signal: number) => void): Promise<void> {
  const native = await import('./death.js');
  native.onDeath(pid, died);
}
