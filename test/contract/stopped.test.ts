// SPDX-License-Identifier: MIT
/*
 * Commands that change the machine, ended at each step. Each runs in a copy of this machine's
 * files that nobody else sees, on which systemctl, make and depmod are scripts.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';

import {isRoot} from '../unit/eve.js';
import {newFolder} from '../unit/folder.js';
import {ROOT} from './compile.js';

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
  export PATH=/programs:$PATH HOME=/root`;
const LOOK = `find /etc/systemd/system /etc/kernel /etc/fguard /state /lib/modules/${KERNEL} /var/cache/fguard \\
  -newer /programs/begun \\( -type f -o -type d \\) ! -path '*/build*' 2>/dev/null | sort
  ls -d /tmp/fguard-build-* 2>/dev/null || :
  cat /lib/modules/${KERNEL}/updates/fguard.ko 2>/dev/null || :`;

let programs: string;

beforeAll(() => {
  programs = newFolder();
  for (const [name, text] of Object.entries(PROGRAMS))
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
  writeFileSync(join(programs, 'auto.conf'), CONFIG);
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
const COMMANDS: Record<string, Command> = {
  'service install': {first: ':', words: 'service install'},
  'service remove': {first: install, words: 'service remove'},
  'rebuild where there is no module': {first: ':', words: `rebuild --kernel ${KERNEL}`},
  'rebuild in the place of a module': {
    first: `${rebuild} >/dev/null; echo new >/state/version`,
    words: `rebuild --force --kernel ${KERNEL}`,
  },
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

/* Every one with FGUARD_STEPS=all; the same calls for another file, else, are taken once. */
function chosen(steps: readonly string[]): number[] {
  const seen = new Set<string>();
  return steps.flatMap((step, at) => {
    const [, name = '', what = ''] = step.split(' ');
    const key =
      name === 'spawn' ? step.replace(/^\d+ /, '') : `${name} ${what.replace(/\d+/g, '')}`;
    const short = name === 'spawn' ? key : `${name} ${/\.new-|\.old-/.exec(what)?.[0] ?? ''}`;
    if (process.env.FGUARD_STEPS !== 'all' && seen.has(short)) return [];
    seen.add(short);
    return [at + 1];
  });
}

describe.runIf(isRoot).each(Object.entries(COMMANDS))('%s', (_name, command) => {
  let whole: string;
  let steps: string[];

  beforeAll(() => {
    steps = stepsOf(command);
    whole = onMachine(`${command.first}\n${CLI} ${command.words} >/dev/null\n${LOOK}`);
  }, TIMEOUT);

  const expectDone = (signal: string, at: number, code: string): void => {
    const [ended, ...end] = onMachine(script(command, signal, at)).split('\n');
    const step = steps[at - 1];
    expect([step, ended?.split(' ')[0], end.join('\n')]).toEqual([step, code, whole]);
  };

  it(
    'killed at any step is done by the next run, which clears away',
    () => {
      for (const at of chosen(steps)) expectDone('SIGKILL', at, '137');
    },
    TIMEOUT,
  );

  /* One handler is for all signals, and gets its turn where a program is waited for. */
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'ended by %s says so, and the next run does it',
    (signal) => {
      const spawns = chosen(steps).filter((at) => (steps[at - 1] ?? '').includes(' spawn '));
      const some = signal === 'SIGINT' ? spawns : spawns.slice(-1);
      for (const at of some) expectDone(signal, at, '130');
    },
    TIMEOUT,
  );
});
