// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {constants} from 'node:os';

/** How a program ended: its exit code, or why it has none. */
export interface ProgramEnd {
  code: number | null;
  /** A description for people, if the code is no answer. */
  text: string;
}

export interface ProgramTask {
  program: string;
  env: NodeJS.ProcessEnv;
  /** The text on its standard input. */
  input: string;
  /** When it is ended if it still runs. */
  milliseconds: number;
}

/*
 * The shell waits for the program instead of becoming it: Node has no name for a
 * real-time signal and reports such a death as exit code 0, which would allow. What the
 * shell prints about it is discarded.
 */
const WAIT = '"$0" 2>&3 3>&-; exit $?';

function endText(code: number | null, signal: string | null): string {
  const number = (code ?? 0) - 128;
  const name = Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
  const by = signal ?? name;
  return by === undefined ? `exit code ${code ?? ''}` : `killed by ${by}`;
}

/** A running program, in its own process group so that it can be killed with all it started. */
export class ProgramRun {
  private readonly child: ChildProcess;
  private readonly timer: NodeJS.Timeout;

  constructor({program, env, input, milliseconds}: ProgramTask, ended: (end: ProgramEnd) => void) {
    /* Its output must not mix with our standard output. */
    const stdio = ['pipe', 2, 'ignore', 2] as const;
    this.child = spawn('/bin/sh', ['-c', WAIT, program], {env, stdio: [...stdio], detached: true});
    this.timer = setTimeout(this.kill, milliseconds);
    const end = (how: ProgramEnd): void => {
      clearTimeout(this.timer);
      ended(how);
    };
    this.child.once('error', ({message}) => {
      /* Once started, the program's own exit is reported. */
      if (this.child.pid === undefined) end({code: null, text: message});
    });
    this.child.once('exit', (code, signal) => {
      end({code, text: endText(code, signal)});
    });
    /* A program need not read the request. */
    this.child.stdin?.on('error', () => undefined).end(input);
  }

  readonly kill = (): void => {
    const {pid} = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      /* it has just ended */
    }
  };
}
