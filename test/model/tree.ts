// SPDX-License-Identifier: MIT
// File trees as the kernel sees them: inodes, names in directories, mounts. Trees are
// immutable; operations (change.ts) return new ones.

export type Ino = number;

export interface Directory {
  readonly kind: 'directory';
  readonly entries: ReadonlyMap<string, Ino>;
}

export interface File {
  readonly kind: 'file';
}

export interface SymbolicLink {
  readonly kind: 'link';
  readonly target: string;
}

export type Inode = Directory | File | SymbolicLink;

/** A directory in one mount; the same directory may be visible in several mounts. */
export interface Spot {
  readonly mount: number;
  readonly ino: Ino;
}

export interface Mount {
  readonly id: number;
  /** The root of the mount: of a new file system, or, for a bind mount, of an existing one. */
  readonly root: Ino;
  /** The directory that it covers; none for the first mount. */
  readonly at: Spot | undefined;
}

export interface Tree {
  readonly inodes: ReadonlyMap<Ino, Inode>;
  readonly mounts: readonly Mount[];
  /** The number of the next inode or mount. */
  readonly next: number;
}

/** A name in a directory, whether it exists or not. */
export interface Entry {
  readonly directory: Ino;
  readonly name: string;
}

/** The kernel's error; "beyond": outside of the model (mounts of single files). */
export type Errno =
  | 'ENOENT'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'EEXIST'
  | 'ENOTEMPTY'
  | 'ELOOP'
  | 'EXDEV'
  | 'EINVAL'
  | 'EPERM'
  | 'EBUSY'
  | 'beyond';

const ROOT: Ino = 0;

export const EMPTY: Tree = {
  inodes: new Map([[ROOT, {kind: 'directory', entries: new Map()}]]),
  mounts: [{id: 0, root: ROOT, at: undefined}],
  next: 1,
};

export const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined && a.directory === b?.directory && a.name === b.name;

/** The inode of a name, ignoring mounts. */
export function inoOf(tree: Tree, {directory, name}: Entry): Ino | undefined {
  const inode = tree.inodes.get(directory);
  return inode?.kind === 'directory' ? inode.entries.get(name) : undefined;
}

/** Those of them that exist. */
export const inodesOf = (tree: Tree, inos: readonly (Ino | undefined)[]): Inode[] =>
  inos.flatMap((ino) => (ino === undefined ? [] : (tree.inodes.get(ino) ?? [])));

/** All names of an inode. */
export function entriesOf(tree: Tree, ino: Ino): Entry[] {
  const found: Entry[] = [];
  for (const [directory, inode] of tree.inodes)
    if (inode.kind === 'directory')
      for (const [name, there] of inode.entries) if (there === ino) found.push({directory, name});
  return found;
}

/** The only name of a directory; the root of a file system has none. */
export const entryOf = (tree: Tree, directory: Ino): Entry | undefined =>
  entriesOf(tree, directory)[0];

/** The directories above an entry, the nearest first, up to the root of its file system. */
export function ancestorsOf(tree: Tree, entry: Entry | undefined): Ino[] {
  const above: Ino[] = [];
  for (let at = entry; at; at = entryOf(tree, at.directory)) above.push(at.directory);
  return above;
}

/** What is visible at a directory: the last mount on it. */
export function uncover(tree: Tree, spot: Spot): Spot {
  const top = tree.mounts.findLast(({at}) => at?.mount === spot.mount && at.ino === spot.ino);
  return top ? uncover(tree, {mount: top.id, ino: top.root}) : spot;
}

/** Where a path leads. */
export interface Found {
  /** The last name and its directory; none for the root. */
  readonly entry: Entry | undefined;
  /** The object there; none if the name does not exist. */
  readonly ino: Ino | undefined;
  /** The mount that contains the name, and the one in which the object is visible. */
  readonly mount: number;
  readonly seenIn: number;
  /** Directories, mount points and links that were traversed, without the object. */
  readonly way: readonly Spot[];
}

export interface Lost {
  readonly errno: Errno;
  /** The part that could be resolved. */
  readonly way: readonly Spot[];
}

export const isLost = (where: Found | Lost): where is Lost => 'errno' in where;

const LINKS_MAX = 40;

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');

/** Resolves a path from the root; @param follow whether to follow a link at its end */
export function find(tree: Tree, path: string, follow: boolean): Found | Lost {
  const start = (): Spot => uncover(tree, {mount: 0, ino: ROOT});
  let at = start();
  let names = namesOf(path);
  let links = 0;
  const way: Spot[] = [];
  if (names.length === 0)
    return {entry: undefined, ino: at.ino, mount: at.mount, seenIn: at.mount, way};
  for (;;) {
    const [name = '', ...rest] = names;
    const entry = {directory: at.ino, name};
    way.push(at);
    if (tree.inodes.get(at.ino)?.kind !== 'directory') return {errno: 'ENOTDIR', way};
    const ino = inoOf(tree, entry);
    if (ino === undefined)
      return rest.length > 0
        ? {errno: 'ENOENT', way}
        : {entry, ino, mount: at.mount, seenIn: at.mount, way};
    const inode = tree.inodes.get(ino);
    if (inode?.kind === 'link' && (rest.length > 0 || follow)) {
      if (++links > LINKS_MAX) return {errno: 'ELOOP', way};
      way.push({mount: at.mount, ino});
      names = [...namesOf(inode.target), ...rest];
      if (inode.target.startsWith('/')) at = start();
      continue;
    }
    const seen = uncover(tree, {mount: at.mount, ino});
    if (rest.length === 0) return {entry, ino: seen.ino, mount: at.mount, seenIn: seen.mount, way};
    if (seen.ino !== ino) way.push({mount: at.mount, ino});
    at = seen;
    names = rest;
  }
}
