// SPDX-License-Identifier: MIT
import {afterEach, beforeAll, describe, expect, it, onTestFailed} from 'vitest';
import {Actor} from './helper/actor.js';
import {PROGRAMS} from './helper/build.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {useShortLinger} from './helper/linger.js';
import {isNoted, redirected} from './helper/redirected.js';
import {Watcher} from './helper/watcher.js';
import {PATIENCE} from './runner/patience.js';
import {kernel, vm} from './runner/shared.js';

// /tmp/life/{secret,free}   secret is guarded
const lab = useLab('life');
useShortLinger(lab);
const [secret, free] = [lab.path('secret'), lab.path('free')];

beforeAll(async () => {
  await vm.ok(`touch ${secret} ${free}`);
});

afterEach(() => lab.guard.clear());

const active = (hooks: Record<string, string>): string[] =>
  Object.keys(hooks)
    .filter((name) => hooks[name] === 'active' && !isNoted(name))
    .sort();

/** Once the hooks that linger are gone; where none is left, those that only note, too. */
async function settled(count: number): Promise<string[]> {
  const isIdle = (state: string): boolean => state !== 'active';
  const {hooks} = await lab.guard.until(
    (status) =>
      active(status.hooks).length === count &&
      (count > 0 || Object.values(status.hooks).every(isIdle)),
  );
  return active(hooks);
}

const PATH = ['link', 'mkdir', 'mknod', 'rename', 'rmdir', 'symlink', 'unlink'].map(
  (name) => `security_path_${name}`,
);
// for strict rules, for rules that allow somebody, or children, and for those that ask
const ONLY_FOR_SOME_RULES = [
  'audit_set_loginuid',
  'copy_page_range',
  'exit_signals',
  'handle_mm_fault',
  'madvise_collapse',
  'prctl_set_mm_exe_file',
  'proc_flush_pid',
  'replace_mm_exe_file',
  'security_bprm_check',
  'security_bprm_committed_creds',
  'security_file_mprotect',
  'security_file_permission',
  'security_file_receive',
  'security_mmap_file',
  'security_ptrace_access_check',
  'security_ptrace_traceme',
  'security_uring_cmd',
  'signal_setup_done',
  'wake_up_new_task',
];

/** Of the functions about names, each has a twin for those who do not name a path. */
function onNames(...names: string[]): string[] {
  return ['inode', 'path'].flatMap((kind) => names.map((name) => `security_${kind}_${name}`));
}

/** A device is opened in the kernel, too. */
const OPENING = ['bd_prepare_to_claim', 'security_file_open'];
/** Commands go past what a device was opened for; not every kernel has the second. */
const COMMANDING = ['security_file_ioctl', 'security_file_ioctl_compat'];

const NEEDED: [Op, string[]][] = [
  [
    'read',
    [
      ...OPENING,
      ...COMMANDING,
      'security_bprm_creds_from_file',
      'security_path_notify',
      'security_quota_on',
    ],
  ],
  [
    'write',
    [
      ...OPENING,
      ...COMMANDING,
      'security_quota_on',
      'security_unix_may_send',
      'security_unix_stream_connect',
    ],
  ],
  ['exec', ['security_file_open']],
  ['delete', onNames('rmdir', 'unlink')],
  ['rename', onNames('rename')],
  ['link', onNames('link')],
];

describe('the hooks', () => {
  it('are none where nothing needs them', async () => {
    expect(await settled(0)).toEqual([]);
    expect(await redirected()).toEqual([]);
  });

  it.each(NEEDED)('for %s are those and no other, and go when the rule goes', async (op, all) => {
    await settled(0);
    const {hooks} = await lab.guard.status();
    const names = all.filter((name) => name in hooks).sort();
    await lab.guard.add(secret, {ops: [op], otherwise: 'log'});
    expect(await settled(names.length)).toEqual(names);
    expect(await redirected()).toEqual(names.filter((name) => name.startsWith('security_')));
    await lab.guard.clear();
    expect(await settled(0)).toEqual([]);
    expect(await redirected()).toEqual([]);
  });

  it('for all operations are all', async () => {
    await lab.guard.add(secret);
    expect(await redirected()).toEqual(expect.arrayContaining(['security_file_open', ...PATH]));
    const {hooks} = await lab.guard.status();
    const idle = Object.keys(hooks).filter((name) => hooks[name] !== 'active');
    expect(idle.sort()).toEqual(ONLY_FOR_SOME_RULES.filter((name) => name in hooks));
  });

  it('are there for a watcher of what no rule concerns, while it watches', async () => {
    await settled(0);
    const watcher = await Watcher.start({paths: [free], ops: ['rename']});
    expect(await redirected()).toEqual(onNames('rename'));
    await watcher.end();
    expect(await settled(0)).toEqual([]);
  });

  it('are not there for a watcher of rules alone', async () => {
    await settled(0);
    const watcher = await Watcher.start();
    expect(await redirected()).toEqual([]);
    await watcher.end();
  });

  it('cannot be switched off by kernel.ftrace_enabled', async () => {
    await lab.guard.add(secret);
    const result = await vm.run('echo 0 >/proc/sys/kernel/ftrace_enabled');
    expect(result.code).not.toBe(0);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });

  it('are refused with a sentence where ftrace is off', async () => {
    // while the module is there nobody switches it off
    await vm.ok('rmmod fguard');
    const off = await vm.run('echo 0 >/proc/sys/kernel/ftrace_enabled');
    await vm.ok('modprobe fguard');
    await lab.reconnect();
    if (off.code !== 0) {
      // Newer kernels let nobody switch it off.
      expect(off.stderr).toContain('Operation not supported');
      expect(await vm.ok('cat /proc/sys/kernel/ftrace_enabled')).toBe('1\n');
      return;
    }
    const refused = await lab.guard.ask('add', {path: secret});
    await vm.ok('echo 1 >/proc/sys/kernel/ftrace_enabled');
    expect(refused).toEqual({errno: 'EBUSY', message: expect.stringContaining('ftrace_enabled')});
    expect(await lab.guard.list()).toEqual([]);
    await lab.guard.add(secret);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });
});

/** Processes that do all operations in turn. */
const STORMERS = 4;
/** A kernel that watches itself finds more, the more often it is tried. */
const CYCLES = kernel.endsWith('-debug') ? 3 : 2;
/** Hooks come and go one at a time, and wait each time for busy processors. */
const CYCLES_TIMEOUT = 600_000 * PATIENCE;

// where it stopped, and when, is told if it takes too long
const CYCLE = `
PS4='+ $SECONDS s: '
set -ex
modprobe fguard
rm -f /tmp/life/pipe && mkfifo /tmp/life/pipe
${PROGRAMS}/guard watch all=1 >/tmp/life/pipe &
exec 3</tmp/life/pipe
${PROGRAMS}/guard watch >/dev/null &
for name in secret made directory linked guarded-only; do
  ${PROGRAMS}/guard add path=/tmp/life/$name >/dev/null
done
head -n 200 <&3 >/dev/null
# Nobody reads the pipe now: one of the two subscribers is full and blocked.
rmmod fguard
tail -n 1 <&3
wait
`;

describe('under load', () => {
  it(
    'the module can be removed at any moment, and comes back',
    async () => {
      await lab.guard.clear();
      await vm.ok('rmmod fguard');
      const load = await Promise.all(Array.from({length: STORMERS}, () => Actor.start()));
      // they would take the processors from all tests that follow
      onTestFailed(() => {
        for (const actor of load) actor.process.kill('SIGKILL');
      });
      for (const actor of load) expect(await actor.do('storm', lab.directory)).toBe('storming');

      for (let cycle = 0; cycle < CYCLES; cycle++)
        expect(await vm.ok(CYCLE, {timeout: CYCLES_TIMEOUT / CYCLES})).toContain(
          '"errno":"ENODEV"',
        );

      for (const actor of load) {
        expect(await actor.do('stat', free)).toMatch(/\bOK=\d+.* EACCES=\d+/);
        expect(await actor.answer()).toBe('OK');
        await actor.end();
      }
      expect(await vm.ok(`ps -eo stat=,comm= | grep -c '^D' || true`)).toBe('0\n');
      await vm.ok('modprobe fguard');
      await lab.reconnect();
      await vm.checkKernelLog();
    },
    CYCLES_TIMEOUT,
  );
});
