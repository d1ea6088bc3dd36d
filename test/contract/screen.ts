// SPDX-License-Identifier: MIT
/* A terminal that is looked at: tmux without anybody in front of it. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {afterAll} from 'vitest';

const running: Screen[] = [];
let count = 0;

afterAll(() => {
  for (const screen of running.splice(0)) screen.close();
});

export interface Size {
  columns: number;
  rows?: number;
}

export class Screen {
  private readonly socket = `fguard-test-${process.pid}-${++count}`;
  /* It prints a line whenever something is drawn: then is the time to look again. */
  private readonly control: ChildProcess;
  private wake: () => void = () => undefined;
  private ended = false;

  /** Runs a command of the shell. */
  constructor(command: string, env: Record<string, string>, {columns, rows = 30}: Size) {
    const size = ['-x', String(columns), '-y', String(rows)];
    const words = ['-L', this.socket, '-f', '/dev/null', '-C', 'new-session', ...size];
    this.control = spawn('tmux', [...words, `${command}; echo "ended with $?"; exec cat`], {
      env: {...process.env, ...env},
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    running.push(this);
    this.control.stdout?.on('data', () => {
      this.wake();
    });
    this.control.once('exit', () => {
      this.ended = true;
      this.wake();
    });
    this.resize({columns, rows});
  }

  press(...keys: string[]): void {
    this.tmux('send-keys', ...keys);
  }

  resize({columns, rows = 30}: Size): void {
    this.control.stdin?.write(`refresh-client -C ${columns}x${rows}\n`);
  }

  text(): string {
    return this.tmux('capture-pane', '-p').replace(/\n+$/, '\n');
  }

  /** The same with the sequences that paint it. */
  coloured(): string {
    return this.tmux('capture-pane', '-p', '-e');
  }

  /** The screen once it shows this. */
  async until(wanted: string | RegExp): Promise<string> {
    for (;;) {
      const drawn = new Promise<void>((resolve) => (this.wake = resolve));
      const text = this.hasStarted() ? this.text() : '';
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
      if (this.ended) throw new Error(`the terminal went before it showed ${String(wanted)}`);
      await drawn;
    }
  }

  close(): void {
    try {
      this.tmux('kill-server');
    } catch {
      /* it has ended */
    }
  }

  private hasStarted(): boolean {
    try {
      this.tmux('has-session');
      return true;
    } catch {
      return false;
    }
  }

  private tmux(...words: string[]): string {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('tmux', ['-L', this.socket, ...words], {encoding: 'utf8', stdio});
  }
}
