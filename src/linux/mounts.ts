// SPDX-License-Identifier: MIT
import {decodePath} from '../domain/text.js';
import {readIfPossible, statIfPossible} from './files.js';

/** A line of /proc/self/mountinfo. */
export interface Mount {
  id: number;
  /** Id of the parent mount. */
  parent: number;
  /** major:minor of the filesystem. */
  device: string;
  /** The directory of the file system that is mounted. */
  root: string;
  /** The mount point. */
  point: string;
  /** Type of the file system. */
  type: string;
  source: string;
  /** Of the file system, separated by commas; each is still escaped. */
  options: string;
}

/* The kernel writes spaces and some other characters as octal escapes. */
export const unescapeOctal = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
        decodePath(Buffer.of(Number.parseInt(digits, 8))),
      )
    : text;

function parseLine(line: string): Mount {
  const [left = '', right = ''] = line.split(' - ');
  const [id, parent, device = '', root = '', point = ''] = left.split(' ');
  const [type = '', source = '', options = ''] = right.split(' ');
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    point: unescapeOctal(point),
    type,
    source: unescapeOctal(source),
    options,
  };
}

export const parseMounts = (text: string): Mount[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);

export const readMounts = (): Mount[] => parseMounts(readIfPossible('/proc/self/mountinfo') ?? '');

/** A path relative to a directory that contains it or is it; undefined if it is elsewhere. */
export function behind(directory: string, path: string): string | undefined {
  if (directory === '/') return path === '/' ? '' : path;
  if (path === directory) return '';
  return path.startsWith(`${directory}/`) ? path.slice(directory.length) : undefined;
}

/* The inverse of behind(). */
const append = (directory: string, rest: string): string =>
  directory === '/' ? rest || '/' : directory + rest;

/** The mount that contains a path: the deepest one, and the last of several at one place. */
export const mountOf = (mounts: readonly Mount[], path: string): Mount | undefined =>
  mounts.reduce<Mount | undefined>((deepest, mount) => {
    if (mount.point.length < (deepest?.point.length ?? 0)) return deepest;
    return behind(mount.point, path) === undefined ? deepest : mount;
  }, undefined);

/** An object identified by its file system and its path there, the same through every mount. */
export interface Place {
  device: string;
  inside: string;
}

export function placeOf(mounts: readonly Mount[], path: string): Place | undefined {
  const mount = mountOf(mounts, path);
  const rest = mount === undefined ? undefined : behind(mount.point, path);
  if (mount === undefined || rest === undefined) return undefined;
  return {device: mount.device, inside: append(mount.root, rest)};
}

/** The paths of an object through other mounts of the same file system. */
export function otherPaths(mounts: readonly Mount[], path: string): string[] {
  const place = placeOf(mounts, path);
  if (place === undefined) return [];
  const paths = mounts
    .filter(({device}) => device === place.device)
    .map(({root, point}) => {
      const own = behind(root, place.inside);
      return own === undefined ? undefined : append(point, own);
    })
    .filter((other) => other !== undefined && other !== path);
  return [...new Set(paths as string[])];
}

/* A later mount may hide what a mount would show. */
function isSameObject(path: string, other: string): boolean {
  const [one, two] = [statIfPossible(path), statIfPossible(other)];
  return one === undefined || (one.dev === two?.dev && one.ino === two.ino);
}

export const visibleAliases = (mounts: readonly Mount[], path: string): string[] =>
  otherPaths(mounts, path).filter((other) => isSameObject(path, other));
