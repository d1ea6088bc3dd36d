// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:os';
import type {Duplex} from 'node:stream';
import {isatty} from 'node:tty';

import {launching, onDeath} from './libc/index.js';
import {type Account, becoming, environmentOf} from './account.js';

/* Waits for "go" on file descriptor 3, then execs the command, which keeps the process id. */
const WAIT = 'IFS= read -r word <&3 && [ "$word" = go ] || exit 125; exec 3<&-; exec "$@"';

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/* The terminal already sends these to the command, which must not get them twice. */
const KEYS = ['SIGINT', 'SIGQUIT'] as const;

/** How a command ended. */
export interface Ending {
  code: number;
  signal: string | null;
}

function ending([code, signal]: [number | null, NodeJS.Signals | null]): Ending {
  if (signal === null) return {code: code ?? 1, signal};
  return {code: 128 + constants.signals[signal], signal};
}

/* The first one available to programs; the C library reserves those below it. */
const SIGRTMIN = 34;

/* Node has no names for these. */
function realTimeEnding(signal: number): Ending {
  const name = signal < SIGRTMIN ? `SIG${signal}` : `SIGRTMIN+${signal - SIGRTMIN}`;
  return {code: 128 + signal, signal: name};
}

/** Arrangements made before a command is launched. */
export interface Precautions {
  /** The command cannot insert input into its terminal (TIOCSTI). */
  isTypingRefused: boolean;
  /** Whether a descendant still runs; call it once the command has ended. */
  outlives: () => boolean;
}

/** Call it on the thread that launches. It applies to everything launched afterwards. */
export async function takePrecautions(): Promise<Precautions> {
  const libc = await launching();
  libc.adoptDescendants();
  return {isTypingRefused: libc.refuseTyping(), outlives: libc.hasChildren};
}

/** A command that already has a process but has not yet run its first instruction. */
export class Launcher {
  private readonly child: ChildProcess;
  private readonly exited: Promise<Ending>;
  private deadBy: number | undefined;

  /** @param account the user to run as; the process waits as root and then becomes that user */
  constructor(command: readonly string[], account?: Account) {
    const words = account === undefined ? command : [...becoming(account), ...command];
    this.child = spawn('/bin/sh', ['-c', WAIT, 'fguard', ...words], {
      env: account === undefined ? process.env : environmentOf(account),
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    });
    this.exited = once(this.child, 'exit').then((event) =>
      ending(event as [number | null, NodeJS.Signals | null]),
    );
    /* If the process ended before reading, its exit event reports that. */
    this.gate.on('error', () => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Starts the command, forwards signals to it, and waits for its end. */
  async go(): Promise<Ending> {
    const forward = (signal: NodeJS.Signals): void => {
      this.child.kill(signal);
    };
    const ignore = (): void => undefined;
    const onKey = [0, 1, 2].some((fd) => isatty(fd)) ? ignore : forward;
    for (const signal of SIGNALS) process.on(signal, forward);
    for (const signal of KEYS) process.on(signal, onKey);
    await onDeath(this.pid, (signal) => (this.deadBy = signal));
    this.gate.end('go\n');
    try {
      const told = await this.exited;
      const {deadBy} = this;
      return told.signal === null && deadBy !== undefined ? realTimeEnding(deadBy) : told;
    } finally {
      for (const signal of SIGNALS) process.off(signal, forward);
      for (const signal of KEYS) process.off(signal, onKey);
    }
  }

  /** Ends the process without running the command. */
  async cancel(): Promise<void> {
    this.gate.end();
    await this.exited;
  }

  private get gate(): Duplex {
    return this.child.stdio[3] as Duplex;
  }
}
