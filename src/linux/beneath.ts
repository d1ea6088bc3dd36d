// SPDX-License-Identifier: MIT
/*
 * What stores the data of a file system: its block device, the devices underneath
 * that one, and the files behind loop devices. Anyone who can open one of them
 * bypasses every rule about files.
 */
import {lastName} from '../domain/path.js';
import {
  directories,
  entries,
  readIfPossible,
  readLinkIfPossible,
  realPathIfPossible,
  statIfPossible,
} from './files.js';
import {type Mount, mountOf} from './mounts.js';

const names = (path: string): string[] => entries(path).map(({name}) => name);

/* In sysfs, a slash in a name is written as an exclamation mark. */
const nodeOf = (name: string): string => `/dev/${name.replaceAll('!', '/')}`;

/** One walk downwards; each device or file is listed once, where it is found first. */
class Descent {
  readonly found = new Set<string>();

  constructor(
    private readonly mounts: readonly Mount[],
    private readonly root: string,
  ) {}

  fromMount({device, source}: Mount): void {
    const link = readLinkIfPossible(`${this.root}/sys/dev/block/${device}`);
    if (link !== undefined) this.fromDevice(lastName(link));
    else if (source.startsWith('/dev/')) this.fromPool(source);
  }

  /* A file system whose number is not of a block device may be on several (btrfs). FUSE has no device. */
  private fromPool(source: string): void {
    const name = lastName(realPathIfPossible(this.root + source) ?? source);
    if (statIfPossible(this.folderOf(name)) === undefined) return;
    const pools = directories(`${this.root}/sys/fs/btrfs`);
    const devices = pools.map((pool) => names(`${this.root}/sys/fs/btrfs/${pool}/devices`));
    const members = devices.find((list) => list.includes(name)) ?? [];
    for (const member of [name, ...members]) this.fromDevice(member);
  }

  private fromDevice(name: string): void {
    const node = nodeOf(name);
    if (this.found.has(node)) return;
    this.found.add(node);
    const folder = this.folderOf(name);
    for (const part of names(`${folder}/slaves`)) this.fromDevice(part);
    this.fromWhole(folder);
    this.fromFile(readIfPossible(`${folder}/loop/backing_file`)?.replace(/\n$/, ''));
  }

  private folderOf(name: string): string {
    return `${this.root}/sys/class/block/${name}`;
  }

  /* A partition is in the directory of its disk. */
  private fromWhole(folder: string): void {
    if (statIfPossible(`${folder}/partition`) === undefined) return;
    const [whole] = realPathIfPossible(folder)?.split('/').slice(-2) ?? [];
    if (whole !== undefined) this.fromDevice(whole);
  }

  /* A deleted file cannot be opened, nor guarded. */
  private fromFile(path: string | undefined): void {
    if (path === undefined || this.found.has(path)) return;
    if (statIfPossible(this.root + path)?.isFile() !== true) return;
    this.found.add(path);
    const mount = mountOf(this.mounts, path);
    if (mount !== undefined) this.fromMount(mount);
  }
}

/**
 * Devices, and files behind them, that store the data of a file system, from the top down.
 * @param root the root of the file system
 */
export function beneath(mounts: readonly Mount[], mount: Mount | undefined, root = ''): string[] {
  const descent = new Descent(mounts, root);
  if (mount !== undefined) descent.fromMount(mount);
  return [...descent.found];
}
