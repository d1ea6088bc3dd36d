// SPDX-License-Identifier: MIT
import {existsSync, readdirSync} from 'node:fs';

import {readIfPossible, readLinkIfPossible} from './files.js';

/** The ids of all processes. */
export const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Whether a process with this id exists. */
export const isProcess = (pid: number | string): boolean => existsSync(`/proc/${pid}`);

export const processName = (pid: number): string =>
  readIfPossible(`/proc/${pid}/comm`)?.replace(/\n$/, '') ?? '';

/** The executable; null for kernel threads, and if we are not allowed to see it. */
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

/** The first number in a field such as "Uid:	0	0	0	0". */
export const firstNumber = (fields: ProcessFields, name: string): number =>
  Number.parseInt(fields.get(name) ?? '', 10);

/** The cgroup, version 2 if there is one. */
export function processCgroup(pid: number): string | null {
  const lines = readIfPossible(`/proc/${pid}/cgroup`)?.trimEnd().split('\n') ?? [];
  const line = lines.find((text) => text.startsWith('0::')) ?? lines[0];
  return line?.split(':').slice(2).join(':') ?? null;
}

/** The open flags of a file descriptor of a process; 0 if they cannot be read. */
export function openFlags(pid: number | 'self', fd: number | string): number {
  const text = readIfPossible(`/proc/${pid}/fdinfo/${fd}`) ?? '';
  return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(text)?.[1] ?? '0', 8);
}

/** The start time in a /proc/PID/stat. The process name there may contain any characters. */
export const startTicks = (stat: string): string | undefined =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

/** Start time of a process in ticks; together with its id, it identifies the process. */
export const processStart = (pid: number): string | undefined =>
  startTicks(readIfPossible(`/proc/${pid}/stat`) ?? '');

/* USER_HZ, on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The current time on the clock of processStart(). */
export function ticksNow(): number {
  const seconds = Number.parseFloat(readIfPossible('/proc/uptime') ?? '');
  return Math.floor(seconds * TICKS_PER_SECOND);
}
