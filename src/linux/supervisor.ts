// SPDX-License-Identifier: MIT
import {type Watchdog, sendDatagram, startWatchdog} from './libc/index.js';

const MICROSECONDS = 1000;

/* In half the time that systemd waits, as it asks for. */
function watchdogInterval({WATCHDOG_USEC, WATCHDOG_PID}: NodeJS.ProcessEnv): number | undefined {
  const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const microseconds = Number(WATCHDOG_USEC);
  return isOurs && microseconds > 0 ? microseconds / MICROSECONDS / 2 : undefined;
}

/** The service manager that started us, told as sd_notify(3) says; nobody, where there is none. */
export class Supervisor {
  private watchdog: Promise<Watchdog> | undefined;
  /* Each word after the one before. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly complain: (text: string) => void,
    private readonly env = process.env,
  ) {}

  /** Whether there is one, in place of a person. */
  get isThere(): boolean {
    return (this.env.NOTIFY_SOCKET ?? '') !== '';
  }

  /** Ready for work, for the first time or again. */
  ready(status: string): void {
    this.tell('READY=1', `STATUS=${status}`);
    const interval = watchdogInterval(this.env);
    if (interval === undefined || !this.isThere) return;
    this.watchdog ??= startWatchdog(this.env.NOTIFY_SOCKET ?? '', interval);
  }

  reloading(): void {
    this.tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** Going; resolves once that is told. */
  async stopping(): Promise<void> {
    (await this.watchdog)?.stop();
    this.tell('STOPPING=1');
    await this.last;
  }

  private tell(...lines: string[]): void {
    const {NOTIFY_SOCKET: path = ''} = this.env;
    if (path === '') return;
    this.last = this.last.then(async () => {
      if (!(await sendDatagram(path, lines.join('\n')))) this.complain(`cannot write to ${path}`);
    });
  }
}
