// SPDX-License-Identifier: MIT
import {type FSWatcher, watch} from 'node:fs';

import {lastName} from '../domain/path.js';
import {decodePath, encodePath, escapeText} from '../domain/text.js';
import {errorCode, statIfPossible} from './files.js';
import {wayTo} from './way.js';

/* Editors write a file in several steps; do not wait for endless writes. */
const SETTLE = 100;
const LONGEST = 1000;

const TIMES_MAX = 5;

/* The parent directory reports when a missing one appears. */
const ABSENT = ['ENOENT', 'ENOTDIR'];

const identity = (path: string): string => {
  const found = statIfPossible(path);
  return found === undefined ? '' : `${found.dev}:${found.ino}`;
};

/** Notices when a path may lead to another file, or when the file changes. */
export class Follower {
  /* Keyed by path and identity of the directory, because another may have taken its place. */
  private watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | undefined;
  private latest = 0;
  private hasComplained = false;

  /**
   * @param changed called soon after a change; changes in quick succession cause one call
   * @param complain called if changes cannot be noticed
   */
  constructor(
    private readonly path: string,
    private readonly changed: () => void,
    private readonly complain: (text: string) => void,
  ) {}

  /** Watches the components of the path as they are now; later changes are reported. */
  follow(): void {
    /* Repeated until nothing has changed between resolving and watching. */
    for (let times = 0; times < TIMES_MAX && this.followOnce(); times++);
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /* Whether a new watcher was added. */
  private followOnce(): boolean {
    const before = this.watchers;
    let isNew = false;
    this.watchers = new Map();
    for (const [folder, names] of wayTo(this.path)) {
      const key = [identity(folder), folder, ...names].join('\0');
      const known = before.get(key);
      before.delete(key);
      const watcher = known ?? this.watch(folder, names);
      if (watcher !== undefined) this.watchers.set(key, watcher);
      isNew ||= known !== watcher;
    }
    for (const watcher of before.values()) watcher.close();
    return isNew;
  }

  private watch(folder: string, names: ReadonlySet<string>): FSWatcher | undefined {
    try {
      const watcher = watch(encodePath(folder), {encoding: 'buffer'}, (_event, name) => {
        this.notice(folder, names, name);
      });
      /* A removed directory sends no more events; a signal still reloads. */
      watcher.on('error', () => {
        watcher.close();
      });
      return watcher;
    } catch (error) {
      this.complainOnce(folder, errorCode(error));
      return undefined;
    }
  }

  /* A change of a directory itself is reported under its own name. */
  private notice(folder: string, names: ReadonlySet<string>, bytes: Buffer | null): void {
    const name = bytes === null ? undefined : decodePath(bytes);
    if (name !== undefined && !names.has(name) && name !== lastName(folder)) return;
    const now = performance.now();
    if (this.timer === undefined) this.latest = now + LONGEST;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.settled, Math.max(0, Math.min(SETTLE, this.latest - now)));
  }

  private readonly settled = (): void => {
    this.timer = undefined;
    this.follow();
    this.changed();
  };

  private complainOnce(folder: string, code: string): void {
    if (this.hasComplained || ABSENT.includes(code)) return;
    this.hasComplained = true;
    this.complain(
      `cannot watch ${escapeText(folder)} for changes (${code}); send SIGHUP to reload the policy`,
    );
  }
}
