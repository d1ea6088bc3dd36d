// SPDX-License-Identifier: MIT
// What users might make grow in the kernel's memory.
import type {Vm} from '../vm/runner/vm.js';

/** Objects in the kernel's caches, by their names; "kmalloc" is all of those together. */
export type Figures = ReadonlyMap<string, number>;

/* What a rule, a question or an event may hold on to. */
const CACHES = [
  'dentry',
  'inode_cache',
  'shmem_inode_cache',
  'cred_jar',
  'pid',
  'task_struct',
  'filp',
];

/* What only waits for memory to be short does not count. */
const READ = 'sync; echo 2 >/proc/sys/vm/drop_caches; cat /proc/slabinfo';

export async function readFigures(vm: Vm): Promise<Figures> {
  const text = await vm.ok(READ, {cwd: '/'});
  const figures = new Map<string, number>([['kmalloc', 0]]);
  for (const [, name = '', objects = '0'] of text.matchAll(/^(\S+) +(\d+) /gm)) {
    const key = name.startsWith('kmalloc-') ? 'kmalloc' : name;
    if (key === 'kmalloc' || CACHES.includes(key))
      figures.set(key, (figures.get(key) ?? 0) + Number(objects));
  }
  return figures;
}

/** What has grown by more than that, in words. */
export function excess(before: Figures, after: Figures, bound: number): string[] {
  return [...after]
    .map(([name, count]) => ({name, count, more: count - (before.get(name) ?? 0)}))
    .filter(({more}) => more > bound)
    .map(({name, count, more}) => `${name} has ${more} objects more: ${count}`);
}

/* Takes seconds, and so only where there is something to explain. */
const TRACES = `cd /sys/kernel/debug/slab && for cache in kmalloc-*; do
  grep -E '^ *[0-9]+ .*\\[fguard\\]' $cache/alloc_traces | sed "s/^/$cache /"
done | sort -k2,2nr | head -n 5; true`;

/** Whose objects there are most of, among the module's own. */
export const explainFigures = (vm: Vm): Promise<string> => vm.ok(TRACES, {cwd: '/'});
