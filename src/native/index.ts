// SPDX-License-Identifier: MIT
/* The entry point for services. koffi is loaded on first use, to start quickly. */
import type {Guard} from './guard.js';
import type {Login} from './login.js';

export type {EventStream, Guard, StreamEnd} from './guard.js';
export type {Login} from './login.js';

export async function connect(): Promise<Guard> {
  const native = await import('./connection.js');
  return native.connect();
}

export async function processLogin(pid: number): Promise<Login | null> {
  const native = await import('./login.js');
  return native.processLogin(pid);
}
