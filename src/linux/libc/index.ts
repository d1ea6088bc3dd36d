// SPDX-License-Identifier: MIT
/* Functions of the C library that Node lacks. koffi is loaded on first use, to start quickly. */
import type {Datagrams} from './datagram.js';
import type {HangUpWatch} from './hang-up.js';
import type {Watchdog} from './watchdog.js';

export type {Datagrams} from './datagram.js';
export type {HangUpWatch} from './hang-up.js';
export type {Watchdog} from './watchdog.js';

export async function sendDatagram(path: string, text: string): Promise<boolean> {
  const libc = await import('./datagram.js');
  return libc.sendDatagram(path, text);
}

export async function connectDatagrams(path: string): Promise<Datagrams | undefined> {
  const libc = await import('./datagram.js');
  return libc.connectDatagrams(path);
}

export async function startWatchdog(path: string, interval: number): Promise<Watchdog> {
  const libc = await import('./watchdog.js');
  return libc.startWatchdog(path, interval);
}

export async function onHangUp(fd: number, callback: () => void): Promise<HangUpWatch> {
  const libc = await import('./hang-up.js');
  return libc.onHangUp(fd, callback);
}

/** A function that ends the process immediately, without waiting for threads that are stuck. */
export async function hardExit(): Promise<(code: number) => void> {
  const libc = await import('./hard-exit.js');
  return libc.hardExit;
}

export async function onDeath(pid: number, died: (signal: number) => void): Promise<void> {
  const libc = await import('./death.js');
  libc.onDeath(pid, died);
}

/** What a process sets up for the guarded command that it starts. */
export const launching = (): Promise<typeof import('./launching.js')> => import('./launching.js');
