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

  answers(): string[] {
    return this.calls().filter((line) => line.startsWith('answer '));
  }

  /** Resolves once so many answers were given. */
  answered(count: number): Promise<string[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.answers().length < count) return;
        watcher.close();
        resolve(this.answers());
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
