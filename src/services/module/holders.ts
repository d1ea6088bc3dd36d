// SPDX-License-Identifier: MIT
/* Who keeps the module from being removed, or is connected to it. */
import type {Question} from '../../domain/question.js';
import {directories, entries, readIfPossible, readLinkIfPossible} from '../../linux/files.js';
import {readMaps} from '../../linux/patient.js';
import {processIds, processName} from '../../linux/proc.js';

const MODULE = '/sys/module/fguard';

/** How many references there are; those who wait for an answer, or have one, hold one each. */
export const references = (): number => Number(readIfPossible(`${MODULE}/refcnt`) ?? '0');

const GENERIC_NETLINK = '16';

/* Inodes of the sockets of generic netlink: a line each, the protocol second, the inode last. */
function netlinkSockets(): Set<string> {
  const lines = readIfPossible('/proc/net/netlink')?.trimEnd().split('\n').slice(1) ?? [];
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(
    fields.filter(([, kind]) => kind === GENERIC_NETLINK).map((line) => `socket:[${line.at(-1)}]`),
  );
}

function hasSocket(pid: number, sockets: ReadonlySet<string>): boolean {
  return entries(`/proc/${pid}/fd`).some(({name}) =>
    sockets.has(readLinkIfPossible(`/proc/${pid}/fd/${name}`) ?? ''),
  );
}

/* Which family a socket is used for is not told; with our library it is ours. */
async function connection(pid: number): Promise<string[]> {
  const maps = await readMaps(pid);
  const who = `process ${pid} (${processName(pid)})`;
  if (maps === undefined) return [`${who}, which cannot be looked at`];
  return maps.includes('/libfguard.so') ? [who] : [];
}

/** Processes that are connected to the module, as far as it can be told. */
async function connectedProcesses(): Promise<string[]> {
  const sockets = netlinkSockets();
  const found: string[] = [];
  for (const pid of processIds())
    if (pid !== process.pid && hasSocket(pid, sockets)) found.push(...(await connection(pid)));
  return found;
}

const dependentModules = (): string[] =>
  directories(`${MODULE}/holders`).map((name) => `module ${name}`);

const waitingPeople = (questions: readonly Question[]): string[] =>
  questions.map(
    ({pid, comm, path}) => `process ${pid} (${comm}), which waits to be let at ${path}`,
  );

/* They let go of it when the call ends, or when their rule goes. */
const answeredPeople = (questions: readonly Question[]): string[] =>
  references() > questions.length ? ['a task that was let in and is still in its call'] : [];

/** Who may be why the module is not removed. */
export const holders = async (questions: readonly Question[]): Promise<string[]> => [
  ...waitingPeople(questions),
  ...answeredPeople(questions),
  ...dependentModules(),
  ...(await connectedProcesses()),
];
