// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {findSplats, findTaints, type Splat} from './splat.js';
import {scanForLeaks} from './leaks.js';
import {PATIENCE} from './patience.js';
import {type BootFiles, prepare, REPOSITORY} from './prepare.js';
import type {GuestProcess, Result} from './process.js';
import {consoleTail, Machine, type MachineAddress, type MachineOptions} from './qemu.js';
import {Session} from './session.js';

export type {GuestProcess, Result} from './process.js';

export interface BootOptions extends MachineOptions {
  /** A name of lab/kernels.txt, or the beginning of a release. */
  kernel: string;
}

export interface CommandOptions {
  /** Default: the project, or the root directory if that is not visible. */
  cwd?: string;
  env?: Record<string, string>;
  terminal?: {rows: number; columns: number};
  /** Whether its output is kept (default: true). */
  keep?: boolean;
}

export interface RunOptions extends CommandOptions {
  input?: string;
  /** Time limit in milliseconds; after that, the command is killed and the call fails. */
  timeout?: number;
}

/** A shell command line, or a program and its arguments. */
export type Command = string | readonly string[];

const RUN_TIMEOUT = 120_000 * PATIENCE;
const POWER_OFF_TIMEOUT = 60_000 * PATIENCE;

const ENVIRONMENT = {
  PATH: `${path.dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME: '/root',
  LANG: 'C.UTF-8',
};

/* When a machine stops, its connection closes shortly before the process exits. */
const LAST_WORDS_TIMEOUT = 2_000;

async function lastWords(address: MachineAddress, machine?: Machine): Promise<string> {
  const silence = delay(LAST_WORDS_TIMEOUT, '', {ref: false});
  const words = machine ? await Promise.race([machine.exit, silence]) : '';
  return `${words}\n${await consoleTail(address.console)}`;
}

function openSession(address: MachineAddress, machine?: Machine): Promise<Session> {
  return Session.open(address.socket, () => lastWords(address, machine));
}

function reportTrouble(splats: readonly Splat[], others: readonly string[]): void {
  const reports = [...splats.map((splat) => splat.context.join('\n')), ...others];
  if (reports.length === 0) return;
  throw new Error(`the kernel reports trouble:\n${reports.join('\n----\n')}`);
}

/** A booted guest that runs commands; it sees the host's files under a throw-away layer. */
export class Vm {
  #session: Session;
  #splatsSeen = 0;
  #taintsSeen = 0;

  private constructor(
    session: Session,
    readonly address: MachineAddress,
    private readonly machine: Machine | undefined,
    /** Whether it runs systemd from its own disk instead of the host's files. */
    private readonly isSystem = false,
  ) {
    this.#session = session;
  }

  /** Prepares the files of a kernel, and boots it. */
  static async boot(options: BootOptions): Promise<Vm> {
    return Vm.start(await prepare(options.kernel), {folders: [REPOSITORY], ...options});
  }

  static async start(files: BootFiles, options: MachineOptions): Promise<Vm> {
    const machine = await Machine.start(files, options);
    try {
      const session = await openSession(machine.address, machine);
      const isSystem = options.disk !== undefined;
      const vm = new Vm(session, machine.address, machine, isSystem);
      if (!isSystem) await vm.#putOnPath();
      return vm;
    } catch (error) {
      await machine.dispose();
      throw error;
    }
  }

  /** Attaches to a machine that another process booted; only one process at a time can. */
  static async attach(address: MachineAddress): Promise<Vm> {
    return new Vm(await openSession(address), address, undefined);
  }

  /** Starts a command and returns it while it runs. */
  spawn(command: Command, options: CommandOptions = {}): GuestProcess {
    const request = {
      arguments: typeof command === 'string' ? ['bash', '-c', command] : [...command],
      cwd: options.cwd ?? (this.isSystem ? '/' : REPOSITORY),
      environment: {...ENVIRONMENT, ...options.env},
      terminal: options.terminal,
    };
    return this.#session.start(request, options.keep);
  }

  /** Runs a command and waits for its end. */
  async run(command: Command, options: RunOptions = {}): Promise<Result> {
    const process = this.spawn(command, options);
    if (options.input !== undefined) process.write(options.input);
    process.end();
    const timeout = options.timeout ?? RUN_TIMEOUT;
    const timer = setTimeout(() => {
      process.kill('SIGKILL');
      process.fail(
        new Error(
          `${process.command}: not done in ${timeout} ms\n${process.stdout}\n${process.stderr}`,
        ),
      );
    }, timeout);
    return process.exit.finally(() => clearTimeout(timer));
  }

  /** Runs a command that must succeed, and returns its stdout. */
  async ok(command: Command, options: RunOptions = {}): Promise<string> {
    const {code, signal, stdout, stderr} = await this.run(command, options);
    if (code === 0) return stdout;
    throw new Error(`${String(command)}: ended with ${signal ?? code}\n${stdout}\n${stderr}`);
  }

  /** The kernel's messages so far. */
  async kernelLog(): Promise<string> {
    return this.ok(['dmesg'], {cwd: '/'});
  }

  /** The first line of each error report in the kernel log. */
  async troubles(): Promise<string[]> {
    return findSplats(await this.kernelLog()).map(({text}) => text);
  }

  #taints(): Promise<string[]> {
    return this.ok(['cat', '/proc/sys/kernel/tainted'], {cwd: '/'}).then(findTaints);
  }

  /** Leaves the guest's output unread until resume(). */
  pause(): void {
    this.#session.pause();
  }

  resume(): void {
    this.#session.resume();
  }

  /** Fails if the kernel has reported errors since the last check, or since boot. */
  async checkKernelLog(): Promise<void> {
    const splats = findSplats(await this.kernelLog());
    const fresh = splats.slice(this.#splatsSeen);
    this.#splatsSeen = splats.length;
    const taints = await this.#taints();
    const freshTaints = taints.slice(this.#taintsSeen);
    this.#taintsSeen = taints.length;
    reportTrouble(fresh, freshTaints);
  }

  /** Disconnects from the machine, so that another process can attach(). */
  detach(): void {
    this.#session.close();
  }

  /** Powers the machine off; fails if the kernel reported errors at any time, even then. */
  async shutdown(): Promise<void> {
    if (!this.machine) throw new Error('this process did not boot the machine');
    try {
      if (this.machine.isGone)
        throw new Error(`the VM is gone: ${await lastWords(this.address, this.machine)}`);
      if (this.#session.isClosed) this.#session = await openSession(this.address, this.machine);
      const leaks = await scanForLeaks(this);
      const [log, taints] = [await this.kernelLog(), await this.#taints()];
      await this.#powerOff(this.machine);
      const seen = findSplats(log);
      const late = findSplats(await readFile(this.address.console, 'utf8'));
      const splats = [...seen, ...late.filter(({text}) => !log.includes(text))];
      reportTrouble(splats, [...taints, ...leaks]);
    } finally {
      await this.machine.dispose();
    }
  }

  /** Kills the machine without checking its log. */
  async kill(): Promise<void> {
    this.#session.close();
    await this.machine?.dispose();
  }

  async #powerOff(machine: Machine): Promise<void> {
    const timer = setTimeout(() => machine.kill(), POWER_OFF_TIMEOUT);
    if (this.isSystem) this.spawn(['systemctl', 'poweroff']).exit.catch(() => undefined);
    else this.#session.powerOff();
    const words = await machine.exit.finally(() => clearTimeout(timer));
    if (!words.includes('(0)'))
      throw new Error(`no clean power-off: ${words}\n${await consoleTail(this.address.console)}`);
  }

  async #putOnPath(): Promise<void> {
    await this.ok(['ln', '-sfn', path.join(REPOSITORY, 'bin/run.js'), '/usr/local/bin/fguard'], {
      cwd: '/',
    });
  }
}
