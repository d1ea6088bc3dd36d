// SPDX-License-Identifier: MIT
/* What keeps the module from being unloaded, or is connected to it. */
import type {Question} from '../../domain/question.js';
import {directories, entries, readIfPossible, readLinkIfPossible} from '../../linux/files.js';
import {readMaps} from '../../linux/patient.js';
import {processIds, processName} from '../../linux/proc.js';

const MODULE = '/sys/module/fguard';

/** The reference count; each process that waits for an answer, or has one, holds a reference. */
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

/* The kernel does not report the family of a socket; with our library it is ours. */
async function connection(pid: number): Promise<string[]> {
  const maps = await readMaps(pid);
  const who = `process ${pid} (${processName(pid)})`;
  if (maps === undefined) return [`${who}, which cannot be inspected`];
  return maps.includes('/libfguard.so') ? [who] : [];
}

/** Processes that are connected to the module, as far as that can be determined. */
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
  questions.map(({pid, comm, path}) => `process ${pid} (${comm}), waiting for access to ${path}`);

/* They release it when the call ends, or when their rule is removed. */
const answeredPeople = (questions: readonly Question[]): string[] =>
  references() > questions.length ? ['a task that is still inside an allowed system call'] : [];

/** What may keep the module from being unloaded. */
export const holders = async (questions: readonly Question[]): Promise<string[]> => [
  ...waitingPeople(questions),
  ...answeredPeople(questions),
  ...dependentModules(),
  ...(await connectedProcesses()),
];

/* The thread of a ring with IORING_SETUP_SQPOLL. */
const isPolling = (folder: string): boolean =>
  readIfPossible(`${folder}/comm`)?.startsWith('iou-sqp-') === true &&
  readIfPossible(`${folder}/stat`)?.includes(') R ') === true;

/** Processes that have a thread of io_uring poll in the kernel, for which unloading waits. */
export const pollingProcesses = (): string[] =>
  processIds()
    .filter((pid) =>
      entries(`/proc/${pid}/task`).some(({name}) => isPolling(`/proc/${pid}/task/${name}`)),
    )
    .map((pid) => `process ${pid} (${processName(pid)})`);
