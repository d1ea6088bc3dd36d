// SPDX-License-Identifier: MIT
import {homedir} from 'node:os';

import {UserError} from '../domain/errors.js';
import {findLibrary} from '../native/find-library.js';
import type {Completable} from './completion.js';
import {neededFolders, startFolder} from './folders.js';
import {interruptible} from './interruptible.js';
import {chooseKernel} from './kernels.js';
import {attachPipes} from './pipes.js';
import {type BootFiles, type PrepareOptions, prepare} from './prepare.js';
import type {CommandEnd} from './process.js';
import {requireLab} from './requirements.js';
import {shellCommand} from './shell.js';
import {attachTerminal} from './terminal.js';
import {Vm} from './vm.js';

/** Receives the progress of a lab. */
export interface LabProgress extends Required<Pick<PrepareOptions, 'onStep' | 'onLine'>> {
  /** The VM has booted; from now on, output is that of the command. */
  ready: (kernel: string, isShell: boolean) => void;
  /** Something is missing, but the VM can start without it. */
  warn: (error: UserError) => void;
  stop: () => void;
}

export interface LabRequest {
  /** "own", a name of lab/kernels.txt, or the beginning of a release; undefined: the default. */
  kernel: string | undefined;
  /** Program and arguments; none: a shell. */
  command: readonly string[];
  /** The commands that the shell completes. */
  commands: readonly Completable[];
  progress: LabProgress;
}

export interface LabResult extends CommandEnd {
  /** The release that ran. */
  kernel: string;
  /** Errors in the kernel log. */
  reports: string[];
}

const failed = (what: string, error: unknown): unknown =>
  error instanceof UserError
    ? error
    : new UserError('EVM', what, {output: error instanceof Error ? error.message : String(error)});

async function loadModule(vm: Vm, {release}: BootFiles): Promise<void> {
  await vm.ok(['insmod', `/lib/modules/${release}/updates/fguard.ko`], {cwd: '/'});
}

async function boot(files: BootFiles, signal: AbortSignal): Promise<Vm> {
  try {
    const vm = await Vm.start(files, {folders: neededFolders(), signal});
    await loadModule(vm, files).catch(async (error: unknown) => {
      await vm.kill();
      throw error;
    });
    return vm;
  } catch (error) {
    throw failed('the VM did not start', error);
  }
}

/* The guest uses this machine's library. */
function checkLibrary(progress: LabProgress): void {
  try {
    findLibrary();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    progress.warn(error);
  }
}

function environment(): Record<string, string> {
  const {NO_COLOR = ''} = process.env;
  const user = {HOME: homedir(), USER: 'root', LOGNAME: 'root', SHELL: '/bin/bash'};
  return NO_COLOR === '' ? user : {...user, NO_COLOR};
}

/* The command gets the terminal if all three streams are one. */
const isOnTerminal = (): boolean =>
  [process.stdin, process.stdout, process.stderr].every((stream) => stream.isTTY);

async function attach(vm: Vm, {command, commands}: LabRequest): Promise<CommandEnd> {
  const options = {cwd: startFolder(), env: environment()};
  const isShell = command.length === 0;
  if (!isOnTerminal()) return attachPipes(vm, isShell ? ['bash'] : command, options);
  return attachTerminal(vm, isShell ? await shellCommand(vm, commands) : command, options);
}

async function use(vm: Vm, request: LabRequest): Promise<Omit<LabResult, 'kernel'>> {
  try {
    const ending = await attach(vm, request);
    return {...ending, reports: await vm.troubles()};
  } catch (error) {
    throw failed('the VM stopped before the command finished', error);
  } finally {
    await vm.kill();
  }
}

/** Runs a command, or a shell, in a VM that has the module loaded and is thrown away afterwards. */
export async function runLab(request: LabRequest): Promise<LabResult> {
  const {progress, command} = request;
  const kernel = chooseKernel(request.kernel);
  requireLab(kernel);
  checkLibrary(progress);
  try {
    const {vm, release} = await interruptible(async (signal) => {
      const files = await prepare(kernel, {...progress, signal});
      progress.onStep(`booting kernel ${files.release}`);
      return {vm: await boot(files, signal), release: files.release};
    });
    progress.ready(release, command.length === 0);
    return {kernel: release, ...(await use(vm, request))};
  } finally {
    progress.stop();
  }
}
