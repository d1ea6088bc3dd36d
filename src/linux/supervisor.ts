// SPDX-License-Identifier: MIT
import {type Watchdog, sendDatagram, startWatchdog} from './libc/index.js';

const MICROSECONDS = 1000;

/* Half of systemd's time limit, as sd_watchdog_enabled(3) recommends. */
function watchdogInterval({WATCHDOG_USEC, WATCHDOG_PID}: NodeJS.ProcessEnv): number | undefined {
  const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const microseconds = Number(WATCHDOG_USEC);
  return isOurs && microseconds > 0 ? microseconds / MICROSECONDS / 2 : undefined;
}

/** Notifies the service manager that started us, if there is one: see sd_notify(3). */
export class Supervisor {
  private watchdog: Promise<Watchdog> | undefined;
  /* Messages are sent in order. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly complain: (text: string) => void,
    private readonly env = process.env,
  ) {}

  /** Whether a service manager started us. */
  get isThere(): boolean {
    return (this.env.NOTIFY_SOCKET ?? '') !== '';
  }

  /** Reports that we are ready, initially or after a reload. */
  ready(status: string): void {
    this.tell('READY=1', `STATUS=${status}`);
    const interval = watchdogInterval(this.env);
    if (interval === undefined || !this.isThere) return;
    this.watchdog ??= startWatchdog(this.env.NOTIFY_SOCKET ?? '', interval);
  }

  reloading(): void {
    this.tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** Reports that we are stopping; resolves once that is sent. */
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
