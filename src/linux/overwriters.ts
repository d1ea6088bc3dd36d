// SPDX-License-Identifier: MIT
/* Who can replace an executable that rules allow. */
import {type Overwriter, overwriterText} from '../domain/overwriter.js';
import {statIfPossible} from './files.js';
import {UserNames, groupNames} from './users.js';

/** The relevant facts of a file or directory. */
export interface Ownership {
  uid: number;
  gid: number;
  mode: number;
}

export type Look = (path: string) => Ownership | undefined;

const STICKY = 0o1000;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** Examines files below a root directory. */
export const lookBelow =
  (root: string): Look =>
  (path) => {
    const found = statIfPossible(root + path);
    if (found === undefined) return undefined;
    return {uid: Number(found.uid), gid: Number(found.gid), mode: Number(found.mode)};
  };

const users = new UserNames();
const groups = groupNames();

/*
 * The owner can change the mode. If there is an ACL, the group bits are its mask: the
 * most that it grants to anyone it names.
 */
function writers({uid, gid, mode}: Ownership, isDirectory: boolean): string[] {
  const owner = uid === 0 ? [] : [`user ${users.name(uid)}`];
  // in a sticky directory, users can replace only their own files, which are checked separately
  if (isDirectory && (mode & STICKY) !== 0) return owner;
  if ((mode & OTHERS_WRITE) !== 0) return ['everybody'];
  const isShared = (mode & GROUP_WRITES) !== 0;
  return isShared ? [...owner, `group ${groups.name(gid)} (or those its ACL names)`] : owner;
}

/* From the nearest to the root. */
function directoriesAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, depth) => `/${names.slice(0, depth + 1).join('/')}`).reverse();
}

/**
 * Which users other than root can overwrite or replace an executable.
 * @param exe its path, without symbolic links
 */
export function overwriters(exe: string, look: Look = lookBelow('')): Overwriter[] {
  return [exe, ...directoriesAbove(exe), '/'].flatMap((path) => {
    const found = look(path);
    const who = found === undefined ? [] : writers(found, path !== exe);
    return who.length === 0 ? [] : [{path, who}];
  });
}

/** The same as a sentence; undefined if nobody can. */
export const overwriterWarning = (exe: string, look?: Look): string | undefined =>
  overwriterText(exe, overwriters(exe, look));
