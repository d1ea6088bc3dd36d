// SPDX-License-Identifier: MIT
import {existsSync, readdirSync} from 'node:fs';

import {readIfPossible, readLinkIfPossible} from './files.js';

/** Every process there is now. */
export const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Whether there is a process of this number now. */
export const isProcess = (pid: number | string): boolean => existsSync(`/proc/${pid}`);

export const processName = (pid: number): string =>
  readIfPossible(`/proc/${pid}/comm`)?.replace(/\n$/, '') ?? '';

/** The executable; null for kernel threads, and where we may not see it. */
export const processExe = (pid: number): string | null =>
  readLinkIfPossible(`/proc/${pid}/exe`) ?? null;

export type ProcessFields = ReadonlyMap<string, string>;

/** /proc/PID/status; undefined if there is no such process. */
export function processFields(pid: number): ProcessFields | undefined {
  const text = readIfPossible(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const pairs = text.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Map(pairs);
}

/** The first of the numbers in a field such as "Uid:	0	0	0	0". */
export const firstNumber = (fields: ProcessFields, name: string): number =>
  Number.parseInt(fields.get(name) ?? '', 10);

/** The cgroup, version 2 if there is one. */
export function processCgroup(pid: number): string | null {
  const lines = readIfPossible(`/proc/${pid}/cgroup`)?.trimEnd().split('\n') ?? [];
  const line = lines.find((text) => text.startsWith('0::')) ?? lines[0];
  return line?.split(':').slice(2).join(':') ?? null;
}

/** How a descriptor of a process was opened; 0 where that cannot be seen. */
export function openFlags(pid: number | 'self', fd: number | string): number {
  const text = readIfPossible(`/proc/${pid}/fdinfo/${fd}`) ?? '';
  return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(text)?.[1] ?? '0', 8);
}

/** When a process began, by its /proc/PID/stat, in which its name may hold anything. */
export const startTicks = (stat: string): string | undefined =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

/** When a process began, in the kernel's ticks: with its number it is the same process. */
export const processStart = (pid: number): string | undefined =>
  startTicks(readIfPossible(`/proc/${pid}/stat`) ?? '');

/* USER_HZ, on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The time in which processStart() counts. */
export function ticksNow(): number {
  const seconds = Number.parseFloat(readIfPossible('/proc/uptime') ?? '');
  return Math.floor(seconds * TICKS_PER_SECOND);
}
