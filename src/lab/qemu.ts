// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {findSplats} from './splat.js';
import {encodePath} from '../domain/text.js';
import {cleanEnvironment} from '../linux/environment.js';
import {UserError} from '../domain/errors.js';
import {deferred} from './deferred.js';
import {type BootFiles} from './prepare.js';
import {makeScratch} from './scratch.js';
import {type Share, shareHost} from './share.js';

export interface MachineOptions {
  memory?: number;
  cpus?: number;
  /** More words for the kernel's command line. */
  append?: string;
  /** One simulated CPU whose clock counts instructions: timings that repeat. */
  icount?: boolean;
  /** A disk with a Debian system, whose systemd starts instead of the bare agent. */
  disk?: string;
  /** Directories of this machine that the guest must see even if they are below /tmp or /run. */
  folders?: readonly string[];
  /** Kills the machine when aborted. */
  signal?: AbortSignal;
}

/** Where to reach a running machine; enough for another process to attach to it. */
export interface MachineAddress {
  socket: string;
  console: string;
}

const CONSOLE_LINES = 80;

/** The console from the first error on, or its last lines. */
export async function consoleTail(file: string): Promise<string> {
  const log = await readFile(file, 'utf8').catch(() => '');
  const lines = log.split(/\r?\n/);
  const trouble = findSplats(log)[0]?.line;
  const start = trouble === undefined ? lines.length - CONSOLE_LINES : trouble - 4;
  return lines.slice(Math.max(0, start), Math.max(0, start) + CONSOLE_LINES).join('\n');
}

/* The limit of x86 kernels. */
const COMMAND_LINE_MAX = 2047;

const escapeByte = (byte: number): string => `\\0${byte.toString(8).padStart(3, '0')}`;

/** A name as lab/init reads it: bytes that are special there or for the kernel are octal escapes. */
const escapeName = (name: string): string =>
  [...encodePath(name)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w./+@-]/.test(character) ? character : escapeByte(byte);
    })
    .join('');

function ofDisk(disk: string | undefined): string {
  if (disk === undefined) return '';
  // an emulated machine is slow, so the default time limits are too short
  return 'guest.disk=/dev/vda systemd.default_timeout_start_sec=900 systemd.mask=serial-getty@ttyS0.service';
}

function kernelCommandLine(
  files: BootFiles,
  {folders = [], disk, append = ''}: MachineOptions,
): string {
  const names = folders.map(escapeName).join(':');
  const line = [
    // warnings and worse; the rest is read at the end
    'console=ttyS0 quiet loglevel=5 printk.devkmsg=on log_buf_len=4M',
    // the emulated HPET, its alternative, makes reading the clock a slow system call
    'clocksource=tsc tsc=reliable',
    // on a busy machine the emulated timer may miss the moment at which it is tested
    'no_timer_check',
    // stop at once after a panic instead of hanging
    'panic=-1 oops=panic',
    `guest.root=${files.share} guest.modules=${escapeName(files.modules)}`,
    ...(files.isOwn ? ['guest.own=1'] : [`guest.headers=${escapeName(files.headers)}`]),
    `guest.folders=${names}`,
    files.options,
    append,
    ofDisk(disk),
  ].join(' ');
  if (line.length <= COMMAND_LINE_MAX) return line;
  throw new UserError('ENAMETOOLONG', 'the paths of the directories for the VM are too long');
}

/*
 * One thread emulates all processors in turn. With a thread for each, one may translate
 * an instruction after another has dropped the old translation and before its store is
 * visible. Code that ftrace patches would then keep the temporary breakpoint forever.
 */
function processor(options: MachineOptions): string[] {
  const single = ['-accel', 'tcg,thread=single'];
  if (!options.icount) return [...single, '-cpu', 'max', '-smp', String(options.cpus ?? 2)];
  // the emulator counts each byte of a "rep stosb" as an instruction, and the
  // kernel clears a page for every path; without these features, it clears by words
  const cpu = 'max,erms=off,fsrm=off';
  return [...single, '-cpu', cpu, '-smp', '1', '-icount', 'shift=0,sleep=off'];
}

function qemuArguments(
  files: BootFiles,
  address: MachineAddress,
  options: MachineOptions,
): string[] {
  const memory = `${options.memory ?? files.memory}M`;
  const commandLine = kernelCommandLine(files, options);
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    // code that escapes from the guest can neither start programs nor change its user
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...processor(options),
    ...['-m', memory, '-object', `memory-backend-memfd,id=memory,size=${memory},share=on`],
    ...['-machine', 'pc,memory-backend=memory'],
    ...['-kernel', files.kernel, '-initrd', files.initramfs, '-append', commandLine],
    ...['-chardev', `file,id=console,path=${address.console}`, '-serial', 'chardev:console'],
    ...[
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,id=agent,path=${address.socket},server=on,wait=off`,
    ],
    ...['-device', 'virtserialport,chardev=agent,name=fguard'],
    ...(options.disk === undefined
      ? []
      : ['-drive', `file=${options.disk},if=virtio,format=raw,cache=unsafe`]),
    ...['-chardev', 'stdio,id=monitor,signal=off', '-mon', 'chardev=monitor,mode=control'],
  ];
}

/** A QEMU process. It dies with the process that started it. */
export class Machine {
  readonly #exit = deferred<string>();
  #errors = '';
  #gone = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly removeScratch: () => void,
    private readonly share: Share,
    readonly address: MachineAddress,
  ) {
    child.stderr?.on('data', (data: Buffer) => (this.#errors += data.toString()));
    child.on('error', (error) => {
      this.#ended(error.message);
    });
    child.on('exit', (code, signal) => {
      this.#ended(`QEMU ended (${signal ?? code ?? '?'}) ${this.#errors}`.trim());
    });
  }

  static async start(files: BootFiles, options: MachineOptions = {}): Promise<Machine> {
    const {dir, remove} = makeScratch();
    const share = await shareHost(files.share, dir);
    const address = {socket: path.join(dir, 'agent'), console: path.join(dir, 'console')};
    const command = ['--pdeathsig', 'KILL', 'qemu-system-x86_64'];
    command.push(...qemuArguments(files, address, options), ...share.arguments);
    // in its own session: Ctrl-C is for the command in the guest
    const child = spawn('setpriv', command, {
      env: cleanEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const machine = new Machine(child, remove, share, address);
    options.signal?.addEventListener('abort', () => machine.kill());
    if (options.signal?.aborted) machine.kill();
    await machine.#greeting();
    return machine;
  }

  /** Resolves when QEMU has exited, with its output. */
  get exit(): Promise<string> {
    return this.#exit.promise;
  }

  get isGone(): boolean {
    return this.#gone;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async dispose(): Promise<void> {
    this.kill();
    await this.exit;
    this.share.stop();
    this.removeScratch();
  }

  #ended(words: string): void {
    this.#gone = true;
    this.#exit.resolve(words);
  }

  /** The monitor's greeting means that all sockets exist. */
  async #greeting(): Promise<void> {
    const greeting = deferred<undefined>();
    if (!this.child.stdout) throw new Error('QEMU has no stdout');
    createInterface(this.child.stdout).once('line', () => greeting.resolve(undefined));
    const ended = await Promise.race([greeting.promise, this.exit]);
    if (ended === undefined) return;
    await this.dispose();
    throw new Error(ended);
  }
}
