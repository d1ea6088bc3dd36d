// SPDX-License-Identifier: MIT
/* Walks a path one name at a time by file descriptors, so that nothing changes between check and use. */
import fs from 'node:fs';

import {inDirectory} from '../domain/path.js';
import {decodePath, encodePath} from '../domain/text.js';

/* Missing from Node's constants; the same number on all architectures that Node supports. */
const O_PATH = 0o10000000;
const LINKS_MAX = 40;

/** A path without symbolic links, and the object there. */
export interface Place {
  path: string;
  stat: fs.Stats;
}

/** A component of the path; if it is a link, it has not been followed yet. */
export interface Step extends Place {
  name: string;
  fd: number;
}

const entry = (folder: number, name: string): Buffer =>
  Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), encodePath(name)]);

/* An inaccessible path counts as missing: nothing can be created in its place either. */
function openAt(folder: number, name: string): number | undefined {
  try {
    return fs.openSync(entry(folder, name), O_PATH | fs.constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
}

/* Undefined if the link has been replaced meanwhile. */
function linkTarget(folder: number, name: string): string | undefined {
  try {
    return decodePath(fs.readlinkSync(entry(folder, name), {encoding: 'buffer'}));
  } catch {
    return undefined;
  }
}

const names = (path: string): string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');

/** The steps of an absolute path, beginning with the root. Ends early if a component is missing. */
export class PathWalk implements Iterable<Step> {
  /** Remaining names; once the walk has ended, the first of them does not exist. */
  readonly rest: string[];
  private fd = fs.openSync('/', O_PATH);
  private readonly root: Place = {path: '/', stat: fs.fstatSync(this.fd)};
  /** The places passed, from the root to the current one. */
  readonly way = [this.root];
  private links = 0;

  constructor(path: string) {
    this.rest = names(path);
  }

  get here(): Place {
    return this.way.at(-1) ?? this.root;
  }

  get hasTooManyLinks(): boolean {
    return this.links > LINKS_MAX;
  }

  *[Symbol.iterator](): Generator<Step> {
    try {
      yield {...this.here, name: '', fd: this.fd};
      while (!this.hasTooManyLinks) {
        const [name] = this.rest;
        const fd = name === undefined ? undefined : openAt(this.fd, name);
        if (name === undefined || fd === undefined) return;
        yield* this.step(fd, name);
      }
    } finally {
      fs.closeSync(this.fd);
    }
  }

  private *step(fd: number, name: string): Generator<Step> {
    let entered = false;
    try {
      const stat = fs.fstatSync(fd);
      const path =
        name === '..' ? (this.way.at(-2)?.path ?? '/') : inDirectory(this.here.path, name);
      yield {name, path, stat, fd};
      entered = !stat.isSymbolicLink();
      if (entered) this.enter(fd, {path, stat}, name);
      else this.follow(name);
    } finally {
      if (!entered) fs.closeSync(fd);
    }
  }

  private enter(fd: number, place: Place, name: string): void {
    fs.closeSync(this.fd);
    this.fd = fd;
    this.rest.shift();
    if (name === '..') this.way.splice(-2);
    this.way.push(place);
  }

  private follow(name: string): void {
    this.links += 1;
    const target = linkTarget(this.fd, name);
    if (target === undefined) return;
    this.rest.splice(0, 1, ...names(target));
    if (!target.startsWith('/')) return;
    fs.closeSync(this.fd);
    this.fd = fs.openSync('/', O_PATH);
    this.way.splice(1);
  }
}
