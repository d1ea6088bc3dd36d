// SPDX-License-Identifier: MIT

/** Patterns of the kernel's reports of internal errors. */
const SPLATS: readonly RegExp[] = [
  /\bWARNING:/,
  /\bBUG:/,
  /\bBUG at\b/,
  // the allocator, with slub_debug
  /\bBUG \S+ \(.*\): /,
  /\bOops\b/,
  /Kernel panic/,
  /general protection fault/,
  /\bKASAN\b.*(?:in|access)/,
  /\bKCSAN: /,
  /\bUBSAN: /,
  /\bKFENCE\b.*(?:in|read|write)/,
  /possible circular locking/,
  /possible recursive locking/,
  /inconsistent lock state/,
  /suspicious RCU usage/,
  /bad unlock balance/,
  /lock held when returning to user space/,
  /scheduling while atomic/,
  /sleeping function called from invalid context/,
  /refcount_t: /,
  /rcu: INFO: /,
  /blocked for more than \d+ seconds/,
  /soft lockup/,
  /hard LOCKUP/,
  /kmemleak: \d+ new suspected memory leaks/,
  /Call Trace:/,
  /unregister_netdevice: waiting/,
  /page allocation failure/,
  /Out of memory: Killed/,
  /stack-protector: /,
  /list_(?:add|del) corruption/,
  /------------\[ ftrace bug \]------------/,
  /unable to handle/,
  /segfault at/,
  /workqueue: work func .*\[fguard\]/,
  // inodes still in use when their file system is unmounted, and the consequences
  /VFS: Busy inodes after unmount/,
  /\bEXT4-fs error\b/,
  /\bXFS \(.*\): .*(?:[Cc]orruption|Internal error)/,
  /\bBTRFS (?:error|critical)\b/,
  /\bJBD2: .*\b[Ee]rror\b/,
  /: module verification failed(?!: signature and\/or required key missing)/,
];

/** Bits of /proc/sys/kernel/tainted, which are set even if the log is lost. */
const TAINTS: readonly (readonly [bit: number, what: string])[] = [
  [5, 'a bad page'],
  [7, 'an oops'],
  [9, 'a warning'],
  [14, 'a soft lockup'],
];

/** The errors in a value of /proc/sys/kernel/tainted, one line for each bit. */
export function findTaints(tainted: string): string[] {
  return TAINTS.filter(([bit]) => Number(tainted) & (1 << bit)).map(
    ([bit, what]) => `the kernel is tainted by ${what} (bit ${bit} of ${tainted.trim()})`,
  );
}

export interface Splat {
  /** 1 for the first line of the log. */
  line: number;
  text: string;
  /** The lines around it. */
  context: string[];
}

/** Marks that tests write to the log before and after they make allocations fail. */
export const FAULTS_BEGIN = 'tests: allocations fail on request';
export const FAULTS_END = 'tests: allocations fail no more';

/** How the kernel reports a failed allocation; a stack trace follows. */
const NO_MEMORY = /vmalloc error: size|page allocation failure/;

const CONTEXT_BEFORE = 3;
const CONTEXT_AFTER = 30;

/** Is the last of these lines part of a report of a failed allocation? */
function isOnlyNoMemory(lines: readonly string[]): boolean {
  const last = lines.at(-1) ?? '';
  return (
    NO_MEMORY.test(last) ||
    (last.includes('Call Trace:') && lines.some((line) => NO_MEMORY.test(line)))
  );
}

/** The first line of each error report in a kernel log; its later lines are context. */
export function findSplats(log: string): Splat[] {
  const lines = log.split(/\r?\n/);
  const splats: Splat[] = [];
  let covered = -1;
  let onRequest = false;
  lines.forEach((text, index) => {
    if (text.includes(FAULTS_BEGIN)) onRequest = true;
    if (text.includes(FAULTS_END)) onRequest = false;
    if (index <= covered || !SPLATS.some((pattern) => pattern.test(text))) return;
    if (onRequest && isOnlyNoMemory(lines.slice(Math.max(0, index - CONTEXT_BEFORE), index + 1)))
      return;
    const context = lines.slice(Math.max(0, index - CONTEXT_BEFORE), index + CONTEXT_AFTER);
    splats.push({line: index + 1, text, context});
    covered = index + CONTEXT_AFTER;
  });
  return splats;
}
