// SPDX-License-Identifier: MIT
// Kernel memory that users might make grow.
import type {Vm} from '../vm/runner/vm.js';

/** Numbers of objects in the kernel's slab caches, by name; "kmalloc" is the sum of all of those. */
export type Figures = ReadonlyMap<string, number>;

/* Objects that a rule, a question or an event may reference. */
const CACHES = [
  'dentry',
  'inode_cache',
  'shmem_inode_cache',
  'cred_jar',
  'pid',
  'task_struct',
  'filp',
];

/* Memory that the kernel frees under pressure does not count. */
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

function excess(before: Figures, after: Figures, bound: number): string[] {
  return [...after]
    .map(([name, count]) => ({name, count, more: count - (before.get(name) ?? 0)}))
    .filter(({more}) => more > bound)
    .map(({name, count, more}) => `${name} has ${more} objects more: ${count}`);
}

/* Takes seconds, so it is read only to explain growth. */
const TRACES = `cd /sys/kernel/debug/slab || exit 1; for cache in kmalloc-*; do
  grep -E '^ *[0-9]+ .*\\[fguard\\]' $cache/alloc_traces | sed "s/^/$cache /"
done | sort -k2,2nr`;

/**
 * Describes what has grown beyond the limit. kmalloc objects that the module did not allocate
 * are ignored: a fuzzer makes the kernel load other modules, for example.
 */
export async function growth(vm: Vm, before: Figures, bound: number): Promise<string[]> {
  const faults = excess(before, await readFigures(vm), bound);
  const others = faults.filter((fault) => !fault.startsWith('kmalloc '));
  if (others.length === faults.length) return others;
  const traces = (await vm.ok(TRACES, {cwd: '/'})).split('\n');
  const own = traces.reduce((sum, trace) => sum + Number(/ (\d+) /.exec(trace)?.[1] ?? 0), 0);
  if (own > bound) others.push(`${own} objects of kmalloc are the module's`, ...traces.slice(0, 5));
  return others;
}
