// SPDX-License-Identifier: MIT
/* Tells the library without a kernel what its answerers are to read. */
import {execFileSync} from 'node:child_process';
import {closeSync, existsSync, openSync, readFileSync, watch, writeSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll} from 'vitest';

import {CLOSINGS, OPS, VERDICTS} from '../../src/domain/names.js';
import {newFolder} from '../unit/folder.js';

const open: number[] = [];
afterAll(() => {
  open.splice(0).forEach(closeSync);
});

export interface FedQuestion {
  op?: string;
  path?: string;
  newPath?: string;
  milliseconds?: number;
}

export class Feed {
  readonly folder = newFolder();
  private readonly fifo = join(this.folder, 'feed');
  private readonly log = join(this.folder, 'log');
  private readonly fd: number;

  constructor() {
    execFileSync('mkfifo', [this.fifo]);
    /* For writing too, so that opening does not wait for a reader. */
    this.fd = openSync(this.fifo, 'r+');
    open.push(this.fd);
  }

  get env(): Record<string, string> {
    return {FAKE_FEED: this.fifo, FAKE_LOG: this.log};
  }

  question(id: number, question: FedQuestion = {}): void {
    this.say('question', id, ...words(question));
  }

  /** A question that the stream has no room for. */
  lose(id: number, question: FedQuestion = {}): void {
    this.say('lose', id, ...words(question));
  }

  /** Who asks from now on: root, logged in as nobody, unless it is said. */
  as(uid: number, loginuid = uid): void {
    this.say('as', uid, loginuid);
  }

  /** Resolves once all that was said before has been read. */
  async noted(word: string): Promise<void> {
    this.say('note', word);
    await this.called(word, 1);
  }

  closed(id: number, reason: string, verdict = 'deny'): void {
    this.say('closed', id, CLOSINGS.value(reason) ?? -1, VERDICTS.value(verdict) ?? -1);
  }

  say(...line: (string | number)[]): void {
    writeSync(this.fd, `${line.join('\t')}\n`);
  }

  /** What the library was called with. */
  calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trimEnd().split('\n') : [];
  }

  /** The process that answers. */
  answerer(): number {
    const line = this.calls().find((call) => call.startsWith('answerer ')) ?? '';
    return Number(line.split(' ')[1]);
  }

  answers(): string[] {
    return this.calls().filter((line) => line.startsWith('answer '));
  }

  /** Resolves once so many answers were given. */
  async answered(count: number): Promise<string[]> {
    await this.called('answer ', count);
    return this.answers();
  }

  /** Resolves once both connections were closed. */
  left(): Promise<void> {
    return this.called('close', 2);
  }

  /** Resolves once the library was called so, so many times. */
  called(beginning: string, count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.calls().filter((line) => line.startsWith(beginning));
        if (found.length < count) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(this.folder, look);
      look();
    });
  }
}

const words = ({op = 'rename', path = '/srv/a', newPath, milliseconds = 600_000}: FedQuestion) => [
  OPS.value(op) ?? -1,
  milliseconds,
  path,
  ...(newPath === undefined ? [] : [newPath]),
];
