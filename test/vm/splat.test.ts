// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';
import {FAULTS_BEGIN, FAULTS_END, findSplats, findTaints} from './splat.js';

const HARMLESS = [
  '[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)',
  '[    0.310000] x86/cpu: SGX disabled by BIOS.',
  '[    1.200000] fguard: loading out-of-tree module taints kernel.',
  '[    1.200001] fguard: module verification failed: signature and/or required key missing - tainting kernel',
  '[    1.300000] debug: nothing here',
  "[    1.400000] EXT4-fs (loop0): VFS: Can't find ext4 filesystem",
  '[    1.400000] EXT4-fs (loop0): mounted filesystem with ordered data mode. Quota mode: none.',
  '[    1.400000] XFS (loop0): Ending clean mount',
  '[    1.400000] BTRFS info (device loop0): using free space tree',
].join('\n');

const TROUBLE = [
  '[    2.0] WARNING: CPU: 0 PID: 1 at kernel/trace/ftrace.c:2000 ftrace_bug+0x1/0x2',
  '[    2.0] BUG: kernel NULL pointer dereference, address: 0000000000000008',
  '[    2.0] BUG: KASAN: slab-use-after-free in fguard_decide+0x10/0x20',
  '[    2.0] kernel BUG at mm/slub.c:379!',
  '[    2.0] BUG kmalloc-rcl-96 (Tainted: G           OE     ): Object already free',
  '[    2.0] BUG kmalloc-64 (Not tainted): Right Redzone overwritten',
  '[    2.0] Oops: 0000 [#1] PREEMPT SMP NOPTI',
  '[    2.0] general protection fault, probably for non-canonical address 0xdead000000000108',
  '[    2.0] WARNING: possible circular locking dependency detected',
  '[    2.0] WARNING: inconsistent lock state',
  '[    2.0] WARNING: suspicious RCU usage',
  '[    2.0] BUG: scheduling while atomic: rm/512/0x00000002',
  '[    2.0] BUG: sleeping function called from invalid context at mm/slab.h:400',
  '[    2.0] refcount_t: underflow; use-after-free.',
  '[    2.0] workqueue: work func look [fguard] enqueued on deprecated workqueue. Use system_dfl_wq instead.',
  '[    2.0] rcu: INFO: rcu_preempt self-detected stall on CPU',
  '[    2.0] INFO: task rm:512 blocked for more than 120 seconds.',
  '[    2.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [rm:512]',
  '[    2.0] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
  '[    2.0] Call Trace:',
  '[    2.0] unregister_netdevice: waiting for lo to become free. Usage count = 2',
  '[    2.0] rm: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL)',
  '[    2.0] VFS: Busy inodes after unmount of loop0. Self-destruct in 5 seconds.  Have a nice day...',
  '[    2.0] EXT4-fs error (device loop0): ext4_lookup:1855: inode #2: comm rm: iget: checksum invalid',
  '[    2.0] XFS (loop0): Metadata corruption detected at xfs_agf_read_verify+0x1/0x2 [xfs]',
  '[    2.0] XFS (loop0): Corruption of in-memory data detected.  Shutting down filesystem',
  '[    2.0] XFS (loop0): Internal error xfs_trans_cancel at line 1097 of file fs/xfs/xfs_trans.c.',
  '[    2.0] BTRFS error (device loop0): bdev /dev/loop0 errs: wr 1, rd 0, flush 0, corrupt 0, gen 0',
  '[    2.0] BTRFS critical (device loop0): corrupt leaf: root=5 block=1 slot=0',
  '[    2.0] JBD2: Error -5 detected when updating journal superblock for loop0-8.',
  '[    2.0] JBD2: I/O error when updating journal superblock for loop0-8.',
  '[    2.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00',
];

describe('the kernel log', () => {
  it('of a clean run has no splat', () => {
    expect(findSplats(HARMLESS)).toEqual([]);
  });

  it.each(TROUBLE)('shows trouble: %s', (line) => {
    const splats = findSplats(`${HARMLESS}\n${line}\n${HARMLESS}`);
    expect(splats.map((splat) => splat.text)).toEqual([line]);
    expect(splats[0]?.line).toBe(HARMLESS.split('\n').length + 1);
  });

  it('reports a trace once, with its lines around it', () => {
    const trace = ['WARNING: CPU: 0', 'Call Trace:', ' fguard_hook+0x1/0x2'];
    const splats = findSplats([HARMLESS, ...trace].join('\n'));
    expect(splats).toHaveLength(1);
    expect(splats[0]?.context).toEqual(expect.arrayContaining(trace));
  });

  it('leaves out allocations that fail on request, and nothing else', () => {
    const report = [
      'guard: vmalloc error: size 203, mode:0xcc0(GFP_KERNEL)',
      'CPU: 0',
      'Call Trace:',
    ];
    const within = [FAULTS_BEGIN, ...report, 'BUG: KASAN: invalid-access', FAULTS_END];
    expect(findSplats(within.join('\n')).map(({text}) => text)).toEqual([within[4]]);
    expect(findSplats([...within, ...report].join('\n'))).toHaveLength(1);
    expect(findSplats(report.join('\n'))).toHaveLength(1);
  });

  it('reports a second trouble far behind the first', () => {
    const filler = Array.from({length: 60}, (_, i) => `[ 3.${i}] quiet`);
    expect(findSplats(['BUG: one', ...filler, 'BUG: two'].join('\n'))).toHaveLength(2);
  });
});

describe('the taints of the kernel', () => {
  it('are none of ours where modules are foreign or not signed, or nothing is', () => {
    // proprietary, out of tree, unsigned, and a live patch
    expect(findTaints(`${1 | (1 << 12) | (1 << 13) | (1 << 15)}\n`)).toEqual([]);
    expect(findTaints('0\n')).toEqual([]);
  });

  it.each([
    [5, 'a bad page'],
    [7, 'an oops'],
    [9, 'a warning'],
    [14, 'a soft lockup'],
  ])('tell of trouble: bit %i, %s', (bit, what) => {
    const tainted = (1 << bit) | (1 << 12);
    expect(findTaints(`${tainted}\n`)).toEqual([
      `the kernel is tainted by ${what} (bit ${bit} of ${tainted})`,
    ]);
  });
});
