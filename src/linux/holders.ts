// SPDX-License-Identifier: MIT
import {type BigIntStats, readdirSync} from 'node:fs';
import * as promises from 'node:fs/promises';

import type {Holder} from '../domain/object.js';
import {heldAccess} from '../domain/open-flags.js';
import {decodePath} from '../domain/text.js';
import {readLinkIfPossible, statIfPossible} from './files.js';
import {patiently, readMaps} from './patient.js';
import {openFlags, processIds, processName} from './proc.js';

/** The object of a rule. */
export interface HeldObject {
  path: string | null;
  tree: boolean;
  suffix: string | null;
}

const key = (device: bigint, inode: bigint): string => `${device}:${inode}`;

/** Which files to look for: some by device and inode, whatever their name; trees and suffixes by name. */
class Targets {
  private readonly files = new Map<string, string>();
  private readonly groups: readonly HeldObject[];

  constructor(objects: readonly HeldObject[]) {
    this.groups = objects.filter(({tree, suffix}) => tree || suffix !== null);
    for (const {path, suffix} of objects) if (path !== null && suffix === null) this.addFile(path);
  }

  get areNone(): boolean {
    return this.files.size === 0 && this.groups.length === 0;
  }

  /** The target behind a link of /proc. */
  at(link: string): string | undefined {
    const stat = this.files.size === 0 ? undefined : statIfPossible(link);
    return (
      this.file(stat) ?? (this.areOnlyFiles ? undefined : this.named(readLinkIfPossible(link)))
    );
  }

  /** The same for a link that may block; null if it does not match. */
  async atSlow(link: string): Promise<string | null> {
    const stat = await promises.stat(link, {bigint: true}).catch(() => undefined);
    const name = await promises.readlink(link, 'buffer').then(decodePath, () => undefined);
    return this.file(stat) ?? this.named(name) ?? null;
  }

  /** Whether a line of maps may be about a target: a cheap first check. */
  mayBe(inode: string, name: string): boolean {
    if (inode === '0') return false;
    return this.hasName(name) || [...this.files.keys()].some((id) => id.endsWith(`:${inode}`));
  }

  private get areOnlyFiles(): boolean {
    return this.groups.length === 0;
  }

  private file(stat: BigIntStats | undefined): string | undefined {
    return stat === undefined ? undefined : this.files.get(key(stat.dev, stat.ino));
  }

  private named(link: string | undefined): string | undefined {
    const name = link?.replace(/ \(deleted\)$/, '');
    return name !== undefined && this.hasName(name) ? name : undefined;
  }

  private addFile(path: string): void {
    const stat = statIfPossible(path);
    if (stat !== undefined) this.files.set(key(stat.dev, stat.ino), path);
  }

  private hasName(name: string): boolean {
    return this.groups.some(({path, suffix}) => {
      const isBelow = path === null || path === '/' || name.startsWith(`${path}/`);
      return isBelow && name.startsWith('/') && name.endsWith(suffix ?? '');
    });
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function descriptors(pid: number, comm: string, targets: Targets): Holder[] {
  return list(`/proc/${pid}/fd`).flatMap((fd) => {
    const path = targets.at(`/proc/${pid}/fd/${fd}`);
    const access = path === undefined ? undefined : heldAccess(openFlags(pid, fd));
    if (path === undefined || access === undefined) return [];
    return [{pid, comm, fd: Number(fd), path, access}];
  });
}

/* maps shows cheaply which ranges may match; the links in map_files are exact. */
async function mappings(pid: number, comm: string, targets: Targets): Promise<Holder[]> {
  const holder = {pid, comm, fd: null};
  const maps = await readMaps(pid);
  if (maps === undefined) return [{...holder, path: null, access: 'unknown'}];
  const found = new Set<string>();
  for (const line of maps.split('\n')) {
    const match = /^(\S+) \S+ \S+ \S+ (\d+) *(.*)$/.exec(line);
    const [, range = '', inode = '0', name = ''] = match ?? [];
    if (!targets.mayBe(inode, name)) continue;
    const path = await patiently(() => targets.atSlow(`/proc/${pid}/map_files/${range}`));
    if (path === undefined) return [{...holder, path: null, access: 'unknown'}];
    if (path !== null) found.add(path);
  }
  return Array.from(found, (path) => ({...holder, path, access: 'map' as const}));
}

/** The processes that have one of these open or mapped now, as far as permissions allow. */
export async function findHolders(objects: readonly HeldObject[]): Promise<Holder[]> {
  const targets = new Targets(objects);
  if (targets.areNone) return [];
  const found: Holder[] = [];
  for (const pid of processIds()) {
    const comm = processName(pid);
    found.push(...descriptors(pid, comm, targets), ...(await mappings(pid, comm, targets)));
  }
  return found;
}
