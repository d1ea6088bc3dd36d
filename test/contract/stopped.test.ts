// SPDX-License-Identifier: MIT
/*
 * Commands that change the machine, ended at each step. Each runs in a copy of this machine's
 * files that nobody else sees, on which systemctl, make and depmod are scripts.
 */
import {spawnSync} from 'node:child_process';
import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';

import {isRoot} from '../unit/eve.js';
import {newFolder} from '../unit/folder.js';
import {ROOT, buildFakeLibrary} from './compile.js';

/* Some dozen machines for each command. */
const TIMEOUT = 600_000;
const KERNEL = '6.1.0-1-test';
const SYMBOLS =
  'register_ftrace_function unregister_ftrace_function ftrace_set_filter_ip register_kprobe genl_register_family kern_path';

/* Units that are enabled and active are files; what make makes is what it was given. */
const PROGRAMS: Record<string, string> = {
  systemctl: `cd /state || exit
    [ "$1" != --quiet ] || shift
    verb=$1; shift
    for unit; do
      case $verb in
      enable) : >"enabled-$unit" ;;
      disable) rm -f "enabled-$unit" ;;
      start) : >"active-$unit" ;;
      stop) rm -f "active-$unit" ;;
      is-enabled) [ -e "enabled-$unit" ] && echo enabled || echo disabled ;;
      is-active) [ -e "active-$unit" ] && echo active || echo inactive ;;
      esac
    done`,
  journalctl: ':',
  'gcc-12': 'echo "gcc-12 (Debian 12.2.0-14) 12.2.0"',
  make: `for word; do case $word in M=*) cat /state/version >"\${word#M=}/fguard.ko" ;; esac; done`,
  depmod: `echo 'updates/fguard.ko:' >"/lib/modules/$1/modules.dep"`,
};

/* The machine before a command, and what is looked at afterwards. */
const PREPARE = `set -e
  mkdir -p /state /run/systemd/system /etc/systemd/system /etc/kernel/postinst.d /etc/kernel/header_postinst.d /etc/kernel/postrm.d
  build=/usr/lib/modules/${KERNEL}/build
  mkdir -p $build/include/config $build/scripts/mod
  : >$build/scripts/mod/modpost
  cp /programs/auto.conf $build/include/config/auto.conf
  for name in ${SYMBOLS}; do printf '0x1\\t%s\\tvmlinux\\tEXPORT_SYMBOL\\t\\n' $name; done >$build/Module.symvers
  echo old >/state/version
  touch /srv/one /srv/two
  export PATH=/programs:$PATH HOME=/root FGUARD_LIBRARY=/programs/libfguard.so FAKE_LOG=/state/log`;
const LOOK = `find /etc/systemd/system /etc/kernel /etc/fguard /state /lib/modules/${KERNEL} /var/cache/fguard \\
  -newer /programs/begun \\( -type f -o -type d \\) ! -path '*/build*' 2>/dev/null | sort
  ls -d /tmp/fguard-build-* 2>/dev/null || :
  cat /lib/modules/${KERNEL}/updates/fguard.ko 2>/dev/null || :
  grep -v close /state/log 2>/dev/null | tail -n 3 || :`;

let programs: string;

beforeAll(() => {
  programs = newFolder();
  for (const [name, text] of Object.entries(PROGRAMS))
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
  writeFileSync(join(programs, 'auto.conf'), CONFIG);
  copyFileSync(buildFakeLibrary(), join(programs, 'libfguard.so'));
});

const CONFIG = `CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0"
CONFIG_X86_64=y
CONFIG_MODULES=y
CONFIG_SECURITY=y
CONFIG_SECURITY_PATH=y
CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
CONFIG_KPROBES=y
`;

/** Runs a script on such a machine. */
function onMachine(script: string): string {
  const folder = newFolder();
  for (const name of ['rw', 'root']) mkdirSync(join(folder, name));
  const outer = `set -e
    mount -t tmpfs tmpfs "$1/rw" && mkdir "$1/rw/upper" "$1/rw/work"
    mount -t overlay -o "lowerdir=/,upperdir=$1/rw/upper,workdir=$1/rw/work" overlay "$1/root"
    cd "$1/root"
    mkdir -p programs "\${3#/}"
    cp "$2"/* programs/
    touch programs/begun
    mount -t proc proc proc
    mount --rbind /dev dev
    mount --rbind "$3" "\${3#/}"
    exec chroot . bash -c "$4"`;
  const words = ['--mount', 'sh', '-c', outer, 'sh', folder, programs, ROOT.replace(/\/$/, '')];
  const run = spawnSync('unshare', [...words, `${PREPARE}\n${script}`], {encoding: 'utf8'});
  if (run.status !== 0) throw new Error(`${run.stdout}${run.stderr}`);
  return run.stdout;
}

const CLI = `${process.execPath} --require ${ROOT}test/contract/stop-at.cjs ${ROOT}bin/run.js`;

interface Command {
  /** What is done before. */
  first: string;
  words: string;
}

const install = `${CLI} service install >/dev/null`;
const rebuild = `${CLI} rebuild --kernel ${KERNEL}`;
const save = 'protect /srv/one /srv/two --uid 7 --save';
const COMMANDS: Record<string, Command> = {
  'service install': {first: ':', words: 'service install'},
  'service remove': {first: install, words: 'service remove'},
  'rebuild where there is no module': {first: ':', words: `rebuild --kernel ${KERNEL}`},
  'rebuild in the place of a module': {
    first: `${rebuild} >/dev/null; echo new >/state/version`,
    words: `rebuild --force --kernel ${KERNEL}`,
  },
  'protect --save': {first: ':', words: save},
  // the fake module forgets the first, so that the rules are applied
  apply: {first: `${CLI} ${save} >/dev/null`, words: 'apply'},
};

/* All steps of one command on one machine each; what is not there differs from the whole by nothing. */
const script = ({first, words}: Command, signal: string, at: number): string => `
  ${first}
  (${LOOK}) >/programs/before
  code=0; STOP_BY=${signal} STOP_AT=${at} ${CLI} ${words} >/programs/out 2>&1 || code=$?
  (${LOOK}) >/programs/after
  ${CLI} ${words} >/programs/again 2>&1 || { cat /programs/again; exit 1; }
  (${LOOK}) >/programs/end
  echo "$code $(cmp -s /programs/before /programs/after && echo as before)"
  cat /programs/end`;

function stepsOf({first, words}: Command): string[] {
  return onMachine(
    `${first}\nSTEPS=/programs/steps ${CLI} ${words} >/dev/null; cat /programs/steps`,
  )
    .trim()
    .split('\n');
}

const isSpawn = (step: string): boolean => step.split(' ')[1] === 'spawn';

/* The same call for another file is one kind of step. */
function kindOf(step: string): string {
  const [, name = '', what = ''] = step.split(' ');
  if (isSpawn(step)) return step.replace(/^\d+ /, '');
  return `${name} ${/\.new-|\.old-|\.saved/.exec(what)?.[0] ?? ''}`;
}

const SAMPLE = 3;

/* Every step with FGUARD_STEPS=all, some with =sample, else one of each kind. */
function chosen(steps: readonly string[], isMeant: (step: string) => boolean = Boolean): number[] {
  const mode = process.env.FGUARD_STEPS;
  const kinds = steps.map(kindOf);
  const found = steps.flatMap((step, index) => {
    const isNew = mode === 'all' || kinds.indexOf(kindOf(step)) === index;
    return isNew && isMeant(step) ? [index + 1] : [];
  });
  const every = mode === 'sample' ? Math.ceil(found.length / SAMPLE) : 1;
  return found.filter((_at, index) => index % every === every - 1);
}

describe.runIf(isRoot).each(Object.entries(COMMANDS))('%s', (_name, command) => {
  let whole: string;
  let steps: string[];

  beforeAll(() => {
    steps = stepsOf(command);
    whole = onMachine(`${command.first}\n${CLI} ${command.words} >/dev/null\n${LOOK}`);
  }, TIMEOUT);

  /* How the command ends that is stopped, and whether the next one does the whole. */
  const endedAt = (signal: string, at: number): string => {
    const [ended = '', ...end] = onMachine(script(command, signal, at)).split('\n');
    expect([steps[at - 1], end.join('\n')]).toEqual([steps[at - 1], whole]);
    return ended.split(' ')[0] ?? '';
  };

  it(
    'killed at any step is done by the next run, which clears away',
    () => {
      const some = chosen(steps);
      expect(some).not.toEqual([]);
      expect(some.map((at) => endedAt('SIGKILL', at))).toEqual(some.map(() => '137'));
    },
    TIMEOUT,
  );

  /*
   * One handler is for all signals, and gets its turn where a program is waited for. What
   * waits for nothing is done by then, or ends as every program does.
   */
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ended by %s says so, and the next run does it',
    (signal) => {
      const waits = steps.some(isSpawn);
      const where = chosen(steps, (step) => !waits || isSpawn(step));
      const some = signal === 'SIGINT' ? where : where.slice(-1);
      expect(some).not.toEqual([]);
      const codes = waits ? ['130'] : ['0', String(128 + constants.signals[signal])];
      for (const at of some) expect(codes).toContain(endedAt(signal, at));
    },
    TIMEOUT,
  );
});
