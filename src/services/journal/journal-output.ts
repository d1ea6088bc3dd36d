// SPDX-License-Identifier: MIT
import type {EventRecord} from '../../domain/records.js';
import {UserError} from '../../domain/errors.js';
import {type Datagrams, connectDatagrams} from '../../linux/libc/index.js';
import type {EventOutput} from '../watch.js';
import {isJournalItself} from './journal-itself.js';

const RETRY = 1000;

const noJournal = (path: string): UserError =>
  new UserError('ENOJOURNAL', `no journal at ${path}`, {
    next: ['sudo systemctl start systemd-journald.socket'],
  });

/** The systemd journal. It may be full, or stop and come back: entries wait until it takes them. */
export class JournalOutput implements EventOutput {
  private readonly waiting: Buffer[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private drained: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  private constructor(
    private readonly path: string,
    private readonly encode: (record: EventRecord) => Buffer,
    private socket: Datagrams,
  ) {}

  /**
   * @param path of the journal's socket for its native protocol
   * @param encode makes the entry for an event
   */
  static async open(path: string, encode: (record: EventRecord) => Buffer): Promise<JournalOutput> {
    const socket = await connectDatagrams(path);
    if (socket === undefined) throw noJournal(path);
    return new JournalOutput(path, encode, socket);
  }

  write(events: Iterable<EventRecord>): Promise<void> | undefined {
    for (const event of events) if (!isJournalItself(event)) this.waiting.push(this.encode(event));
    if (this.flush()) return undefined;
    return new Promise((resolve) => (this.drained = resolve));
  }

  onClosed(callback: (error?: Error) => void): void {
    this.fail = callback;
  }

  end(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket.close();
    return Promise.resolve();
  }

  /* Sends as much as the journal takes. Returns whether that is all. */
  private flush(): boolean {
    for (let entry = this.waiting[0]; entry !== undefined; entry = this.waiting[0]) {
      if (!this.send(entry)) return false;
      this.waiting.shift();
    }
    return true;
  }

  private send(entry: Buffer): boolean {
    const result = this.socket.send(entry);
    if (result === 'full') this.socket.onRoom(this.resume);
    if (result === 'gone') this.connectLater();
    if (result === 'too long')
      this.fail(new Error(`the journal does not accept an entry of ${entry.length} bytes`));
    return result === 'sent';
  }

  private readonly resume = (): void => {
    if (this.flush()) this.drained();
  };

  private connectLater(): void {
    this.timer = setTimeout(() => {
      void this.connectAgain();
    }, RETRY);
  }

  private async connectAgain(): Promise<void> {
    const socket = await connectDatagrams(this.path);
    if (socket === undefined || this.isClosed) {
      socket?.close();
      if (!this.isClosed) this.connectLater();
      return;
    }
    this.socket.close();
    this.socket = socket;
    this.resume();
  }
}
