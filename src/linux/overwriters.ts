// SPDX-License-Identifier: MIT
/* Who can replace an executable that rules allow. */
import {type Overwriter, overwriterText} from '../domain/overwriter.js';
import {statIfPossible} from './files.js';
import {UserNames, groupNames} from './users.js';

/** What counts of a file or directory. */
export interface Ownership {
  uid: number;
  gid: number;
  mode: number;
}

export type Look = (path: string) => Ownership | undefined;

const STICKY = 0o1000;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** Looks at the files of a machine, whose own begin at a folder. */
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
 * The owner may change the mode. Where there is an ACL, the bits of the group say what
 * it grants at most, to whomever it names.
 */
function writers({uid, gid, mode}: Ownership, isDirectory: boolean): string[] {
  const owner = uid === 0 ? [] : [`user ${users.name(uid)}`];
  // there, users may replace only their own files, which are checked separately
  if (isDirectory && (mode & STICKY) !== 0) return owner;
  if ((mode & OTHERS_WRITE) !== 0) return ['everybody'];
  const isShared = (mode & GROUP_WRITES) !== 0;
  return isShared ? [...owner, `group ${groups.name(gid)} (or those its ACL names)`] : owner;
}

/* From the closest to the root. */
function directoriesAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, depth) => `/${names.slice(0, depth + 1).join('/')}`).reverse();
}

/**
 * By whom, other than root, an executable may be overwritten or replaced.
 * @param exe its path, without symbolic links
 */
export function overwriters(exe: string, look: Look = lookBelow('')): Overwriter[] {
  return [exe, ...directoriesAbove(exe), '/'].flatMap((path) => {
    const found = look(path);
    const who = found === undefined ? [] : writers(found, path !== exe);
    return who.length === 0 ? [] : [{path, who}];
  });
}

/** The same as a sentence; undefined if nobody may. */
export const overwriterWarning = (exe: string, look?: Look): string | undefined =>
  overwriterText(exe, overwriters(exe, look));
