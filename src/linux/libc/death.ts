// SPDX-License-Identifier: MIT
/* How a child ended. Node does not report real-time signals, for which it has no names. */
import koffi, {type KoffiFunc} from 'koffi';
import {closeSync} from 'node:fs';

import {LITTLE} from '../../domain/packed-record.js';

/* The same number on every architecture. */
const SYS_PIDFD_OPEN = 434;

const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;

/* Of siginfo_t, where a pointer has 64 bits. */
const SIGINFO_SIZE = 128;
const SIGINFO_CODE = 8;
const SIGINFO_STATUS = 24;
const CLD_EXITED = 1;

const libc = koffi.load(null);
const syscall = libc.func('long syscall(long number, long first, long second)') as KoffiFunc<
  (number: number, first: number, second: number) => number
>;
const waitid = libc.func('int waitid(int kind, uint32_t id, void *info, int options)') as KoffiFunc<
  (kind: number, id: number, info: Buffer, options: number) => number
>;

/* Leaves the child to be waited for. Undefined if it exited. */
function deathSignal(pid: number): number | undefined {
  const info = Buffer.alloc(SIGINFO_SIZE);
  if (waitid(P_PID, pid, info, WEXITED | WNOWAIT | WNOHANG) !== 0) return undefined;
  const at = (offset: number): number =>
    LITTLE ? info.readInt32LE(offset) : info.readInt32BE(offset);
  const code = at(SIGINFO_CODE);
  return code === 0 || code === CLD_EXITED ? undefined : at(SIGINFO_STATUS);
}

/**
 * Inspects a child when it ends, before Node reaps it: in one turn of the event loop,
 * signals such as SIGCHLD are handled last. If another child ends at the same moment, Node
 * may reap both, so this works reliably only for an only child.
 * @param died called with the signal that killed it, if one did
 */
export function onDeath(pid: number, died: (signal: number) => void): void {
  const fd = syscall(SYS_PIDFD_OPEN, pid, 0);
  if (fd < 0) return;
  const poll = koffi.node.poll(fd, {readable: true}, () => {
    const signal = deathSignal(pid);
    poll.close();
    closeSync(fd);
    if (signal !== undefined) died(signal);
  });
}
