// SPDX-License-Identifier: MIT
// System calls: the effect of each on a tree, and which accesses the rules evaluate.
import {
  ancestorsOf,
  find,
  inoOf,
  isLost,
  uncover,
  type Entry,
  type Errno,
  type Found,
  type Ino,
  type Inode,
  type Tree,
} from './tree.js';
import type {Op} from './rules.js';
import {targetAt, type Access, type Part, type Target} from './verdict.js';

export type Call =
  | {
      readonly call:
        | 'read'
        | 'write'
        | 'read-write'
        | 'open-truncate'
        | 'truncate'
        | 'exec'
        | 'chmod'
        | 'create'
        /** Creates a program. */
        | 'install'
        | 'mkdir'
        | 'unlink'
        | 'rmdir'
        | 'mount'
        | 'umount';
      readonly path: string;
    }
  | {readonly call: 'symlink'; readonly path: string; readonly target: string}
  | {readonly call: 'rename' | 'exchange' | 'link'; readonly path: string; readonly to: string}
  /** Bind-mounts `path` at `to`. */
  | {readonly call: 'bind'; readonly path: string; readonly to: string};

/** The effect of a call on a tree, if no rule denies it. */
export interface Meaning {
  /** What the rules evaluate; empty if the call fails before that. */
  readonly access: Access;
  /** The tree afterwards, or the kernel's own error. */
  readonly result: Tree | Errno;
}

const NOTHING: Access = {parts: []};

const fails = (result: Errno, access: Access = NOTHING): Meaning => ({access, result});

/* ---- trees with a change ------------------------------------------------------------------ */

function withEntry(tree: Tree, {directory, name}: Entry, ino: Ino | undefined): Tree {
  const inode = tree.inodes.get(directory);
  if (inode?.kind !== 'directory') throw new Error(`${directory} is no directory`);
  const entries = new Map(inode.entries);
  if (ino === undefined) entries.delete(name);
  else entries.set(name, ino);
  return {...tree, inodes: new Map(tree.inodes).set(directory, {kind: 'directory', entries})};
}

function withNew(tree: Tree, entry: Entry, inode: Inode): Tree {
  const inodes = new Map(tree.inodes).set(tree.next, inode);
  return withEntry({...tree, inodes, next: tree.next + 1}, entry, tree.next);
}

/* ---- one object ---------------------------------------------------------------------------- */

const one = (target: Target, ...ops: Op[]): Access => ({parts: [{target, ops}]});

/** The name itself, whatever is mounted there. */
const nameAt = (tree: Tree, {entry}: Found): Target => ({
  entry,
  ino: entry && inoOf(tree, entry),
});

const opened = (tree: Tree, found: Found): Target => targetAt(tree, found.ino, found.entry);

const kindOf = (tree: Tree, ino: Ino | undefined): Inode['kind'] | undefined =>
  ino === undefined ? undefined : tree.inodes.get(ino)?.kind;

/** Opens and other operations on existing objects that change no names. */
function use(tree: Tree, path: string, ops: readonly Op[]): Meaning {
  const found = find(tree, path, true);
  if (isLost(found)) return fails(found.errno);
  const target = opened(tree, found);
  const kind = kindOf(tree, found.ino);
  if (kind === undefined) return fails('ENOENT');
  if (kind === 'directory' && ops.includes('attr'))
    return {access: one(target, 'attr'), result: tree};
  if (kind === 'directory' && ops.join() !== 'read') return fails('EISDIR');
  return {access: one(target, ...(kind === 'directory' ? (['list'] as const) : ops)), result: tree};
}

const INODES: Record<'create' | 'install' | 'mkdir', Inode> = {
  create: {kind: 'file'},
  install: {kind: 'file'},
  mkdir: {kind: 'directory', entries: new Map()},
};

function make(tree: Tree, path: string, inode: Inode): Meaning {
  const found = find(tree, path, false);
  if (isLost(found)) return fails(found.errno);
  if (!found.entry || found.ino !== undefined) return fails('EEXIST');
  // A call that also opens what it creates needs both operations.
  const ops: Op[] = inode.kind === 'file' ? ['create', 'write'] : ['create'];
  const access = one({entry: found.entry, ino: undefined}, ...ops);
  return {access, result: withNew(tree, found.entry, inode)};
}

const isMountPoint = (tree: Tree, ino: Ino | undefined): boolean =>
  ino !== undefined && tree.mounts.some(({at}) => at?.ino === ino);

function remove(tree: Tree, path: string, isDirectory: boolean): Meaning {
  const found = find(tree, path, false);
  if (isLost(found)) return fails(found.errno);
  const target = nameAt(tree, found);
  const inode = target.ino === undefined ? undefined : tree.inodes.get(target.ino);
  if (!target.entry || isMountPoint(tree, target.ino)) return fails('EBUSY');
  if (!inode) return fails('ENOENT');
  const access = {...one(target, 'delete'), losing: [target]};
  if ((inode.kind === 'directory') !== isDirectory)
    return fails(isDirectory ? 'ENOTDIR' : 'EISDIR', access);
  if (inode.kind === 'directory' && inode.entries.size > 0) return fails('ENOTEMPTY', access);
  return {access, result: withEntry(tree, target.entry, undefined)};
}

/* ---- two names ------------------------------------------------------------------------------ */

interface Pair {
  readonly from: Target & {readonly entry: Entry};
  readonly to: Target & {readonly entry: Entry};
}

function pairOf(tree: Tree, path: string, second: string): Pair | Errno {
  const [a, b] = [find(tree, path, false), find(tree, second, false)];
  if (isLost(a)) return a.errno;
  if (isLost(b)) return b.errno;
  if (a.mount !== b.mount) return 'EXDEV';
  const [from, to] = [nameAt(tree, a), nameAt(tree, b)];
  if (!from.entry || !to.entry) return 'EBUSY';
  if (from.ino === undefined) return 'ENOENT';
  return {from: {...from, entry: from.entry}, to: {...to, entry: to.entry}};
}

/** The kernel's own reasons against a rename. */
function objection(tree: Tree, {from, to}: Pair, exchange: boolean): Errno | undefined {
  if (from.ino !== undefined && ancestorsOf(tree, to.entry).includes(from.ino)) return 'EINVAL';
  if (isMountPoint(tree, from.ino) || isMountPoint(tree, to.ino)) return 'EBUSY';
  if (to.ino === undefined) return exchange ? 'ENOENT' : undefined;
  if (ancestorsOf(tree, from.entry).includes(to.ino)) return exchange ? 'EINVAL' : 'ENOTEMPTY';
  if (exchange || from.ino === to.ino) return undefined;
  const target = tree.inodes.get(to.ino);
  const isDirectory = kindOf(tree, from.ino) === 'directory';
  if (isDirectory !== (target?.kind === 'directory')) return isDirectory ? 'ENOTDIR' : 'EISDIR';
  return target?.kind === 'directory' && target.entries.size > 0 ? 'ENOTEMPTY' : undefined;
}

function moved(tree: Tree, {from, to}: Pair, exchange: boolean): Tree {
  // Renaming between two names of one inode does nothing.
  if (from.ino === to.ino) return tree;
  return withEntry(withEntry(tree, from.entry, exchange ? to.ino : undefined), to.entry, from.ino);
}

function rename(tree: Tree, path: string, second: string, exchange: boolean): Meaning {
  const pair = pairOf(tree, path, second);
  if (typeof pair === 'string') return fails(pair);
  const {from, to} = pair;
  const parts: Part[] = [
    {target: {...from, to: to.entry}, ops: ['rename']},
    {target: exchange ? {...to, to: from.entry} : to, ops: ['rename']},
  ];
  const back = exchange ? [{from: to, to: from}] : [];
  const access: Access = {
    parts,
    takings: [{from: {...from, to: to.entry}, to}, ...back],
    losing: exchange ? [] : [to],
  };
  return {access, result: objection(tree, pair, exchange) ?? moved(tree, pair, exchange)};
}

function link(tree: Tree, path: string, second: string): Meaning {
  const pair = pairOf(tree, path, second);
  if (typeof pair === 'string') return fails(pair);
  const {from, to} = pair;
  if (to.ino !== undefined) return fails('EEXIST');
  const access: Access = {
    parts: [
      {target: from, ops: ['link']},
      {target: to, ops: ['create']},
    ],
    takings: [{from, to}],
  };
  if (kindOf(tree, from.ino) === 'directory') return fails('EPERM', access);
  return {access, result: withEntry(tree, to.entry, from.ino)};
}

/* ---- mounts ---------------------------------------------------------------------------------- */

/** The directory that a path leads to, with mounts resolved. */
function seenAt(tree: Tree, path: string): {mount: number; ino: Ino; target: Target} | Errno {
  const found = find(tree, path, true);
  if (isLost(found)) return found.errno;
  if (found.ino === undefined) return 'ENOENT';
  if (kindOf(tree, found.ino) !== 'directory') return 'beyond';
  const raw = found.entry ? inoOf(tree, found.entry) : 0;
  const {mount, ino} = uncover(tree, {mount: found.mount, ino: raw ?? 0});
  return {mount, ino, target: {...targetAt(tree, ino, found.entry), mount}};
}

function mountOn(tree: Tree, path: string, source: string | undefined): Meaning {
  const where = seenAt(tree, path);
  if (typeof where === 'string') return fails(where);
  const what = source === undefined ? undefined : seenAt(tree, source);
  if (typeof what === 'string') return fails(what);
  const root = what?.ino ?? tree.next;
  const id = tree.next + 1;
  const inodes = what ? tree.inodes : new Map(tree.inodes).set(root, INODES.mkdir);
  const at = {mount: where.mount, ino: where.ino};
  return {
    access: one(where.target, 'mount'),
    result: {inodes, mounts: [...tree.mounts, {id, root, at}], next: id + 1},
  };
}

function umount(tree: Tree, path: string): Meaning {
  const where = seenAt(tree, path);
  if (typeof where === 'string') return fails(where);
  const mount = tree.mounts.find(({id}) => id === where.mount);
  if (!mount?.at || mount.root !== where.ino) return fails('EINVAL');
  if (tree.mounts.some(({at}) => at?.mount === mount.id)) return fails('EBUSY');
  const reveals = {...tree, mounts: tree.mounts.filter((other) => other !== mount)};
  return {access: {parts: [], reveals}, result: reveals};
}

/* ---- all -------------------------------------------------------------------------------------- */

const USES = {
  read: ['read'],
  write: ['write'],
  'read-write': ['read', 'write'],
  'open-truncate': ['write', 'truncate'],
  truncate: ['truncate'],
  exec: ['exec'],
  chmod: ['attr'],
} as const;

export function understand(tree: Tree, call: Call): Meaning {
  switch (call.call) {
    case 'create':
    case 'install':
    case 'mkdir':
      return make(tree, call.path, INODES[call.call]);
    case 'symlink':
      return make(tree, call.path, {kind: 'link', target: call.target});
    case 'unlink':
    case 'rmdir':
      return remove(tree, call.path, call.call === 'rmdir');
    case 'rename':
    case 'exchange':
      return rename(tree, call.path, call.to, call.call === 'exchange');
    case 'link':
      return link(tree, call.path, call.to);
    case 'mount':
      return mountOn(tree, call.path, undefined);
    case 'bind':
      return mountOn(tree, call.to, call.path);
    case 'umount':
      return umount(tree, call.path);
    default:
      return use(tree, call.path, USES[call.call]);
  }
}
