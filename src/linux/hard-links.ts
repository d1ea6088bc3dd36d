// SPDX-License-Identifier: MIT
import type {BigIntStats} from 'node:fs';

import type {HardLinks} from '../domain/object.js';
import {directoryOf, inDirectory} from '../domain/path.js';
import {entries, lstatIfPossible} from './files.js';

/* How many directory entries to examine: takes a fraction of a second. */
const BUDGET = 10_000;

/** Searches for a file's other names: in its directory and below, then further up, within a budget. */
class LinkSearch {
  private readonly others: string[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly path: string,
    private readonly file: BigIntStats,
    private budget: number,
  ) {}

  run(): string[] {
    for (let start = directoryOf(this.path); ; start = directoryOf(start)) {
      const device = lstatIfPossible(start)?.dev;
      if (device !== undefined) this.searchBelow(start, device);
      if (this.isOver() || start === '/') return this.others;
    }
  }

  private isOver(): boolean {
    return this.budget <= 0 || BigInt(this.others.length) + 1n >= this.file.nlink;
  }

  private searchBelow(start: string, device: bigint): void {
    for (let level = [start]; level.length > 0 && !this.isOver();)
      level = level.flatMap((directory) => this.searchIn(directory, device));
  }

  /** Examines the entries of a directory and returns its subdirectories. */
  private searchIn(directory: string, device: bigint): string[] {
    if (this.seen.has(directory) || this.isOver()) return [];
    if (lstatIfPossible(directory)?.dev !== device) return [];
    this.seen.add(directory);
    const found = entries(directory);
    this.budget -= found.length;
    for (const {name, isDirectory} of found)
      if (!isDirectory) this.note(inDirectory(directory, name));
    return found.filter((entry) => entry.isDirectory).map(({name}) => inDirectory(directory, name));
  }

  private note(path: string): void {
    const stat = path === this.path ? undefined : lstatIfPossible(path);
    if (stat?.ino === this.file.ino && stat.dev === this.file.dev) this.others.push(path);
  }
}

/** A file's names; null for a directory or a missing file. */
export function hardLinks(path: string, budget = BUDGET): HardLinks | null {
  const file = lstatIfPossible(path);
  if (file === undefined || file.isDirectory()) return null;
  const others = file.nlink > 1n ? new LinkSearch(path, file, budget).run() : [];
  return {count: Number(file.nlink), others};
}
