// SPDX-License-Identifier: MIT
/* File system calls on paths in our encoding (domain/text.ts). */
import fs from 'node:fs';
import {constants} from 'node:os';

import {decodePath, encodePath} from '../domain/text.js';
import {fileErrorText} from '../domain/errno.js';
import {UserError} from '../domain/errors.js';

/* Node has no names for some, such as EDQUOT. */
const UNNAMED = /^Unknown system error -(\d+)$/;

function errnoNameOf(code: string): string {
  const number = UNNAMED.exec(code)?.[1];
  if (number === undefined) return code;
  const found = Object.entries(constants.errno).find(([, one]) => one === Number(number));
  return found?.[0] ?? `E${number}`;
}

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? errnoNameOf(String(error.code)) : '';

export const realPath = (path: string): string =>
  decodePath(fs.realpathSync.native(encodePath(path), {encoding: 'buffer'}));

export function realPathIfPossible(path: string): string | undefined {
  try {
    return realPath(path);
  } catch {
    return undefined;
  }
}

export const readLink = (path: string): string =>
  decodePath(fs.readlinkSync(encodePath(path), {encoding: 'buffer'}));

const {O_RDONLY, O_NONBLOCK, O_NOCTTY} = fs.constants;
export const MIB = 1 << 20;
/* Larger than any module, and than any file in /proc or /sys. */
const USUAL_MAX = 256 * MIB;
const CHUNK = 1 << 16;

const tooLarge = (path: string, max: number): UserError =>
  new UserError('EFBIG', `${path} is larger than ${max / MIB} MiB`);

/* Opening must neither wait for the writer of a FIFO nor affect a device. */
function requireRegular(path: string, stat: fs.Stats): void {
  if (stat.isFile()) return;
  const [code, why] = stat.isDirectory()
    ? ['EISDIR', fileErrorText('EISDIR')]
    : ['ENOTFILE', 'it is not a regular file'];
  throw new UserError(code, `cannot read ${path}: ${why}`);
}

/* The file may grow meanwhile, and files in /proc report the size 0. */
function readAll(path: string, fd: number, size: number, max: number): Buffer {
  const parts: Buffer[] = [];
  for (let length = 0; length <= max;) {
    const part = Buffer.allocUnsafe(Math.min(Math.max(size - length, 0), max - length) + CHUNK);
    const got = fs.readSync(fd, part);
    if (got === 0) return Buffer.concat(parts, length);
    parts.push(part.subarray(0, got));
    length += got;
  }
  throw tooLarge(path, max);
}

/**
 * The content of a regular file of at most that many bytes.
 * @throws UserError for any other file, and the system's own errors
 */
export function readRegular(path: string, max = USUAL_MAX): Buffer {
  const name = encodePath(path);
  requireRegular(path, fs.statSync(name));
  const fd = fs.openSync(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    const stat = fs.fstatSync(fd);
    requireRegular(path, stat);
    if (stat.size > max) throw tooLarge(path, max);
    return readAll(path, fd, stat.size, max);
  } finally {
    fs.closeSync(fd);
  }
}

/** The content of a file, or undefined if it cannot be read. */
export function readIfPossible(path: string): string | undefined {
  try {
    return decodePath(readRegular(path));
  } catch {
    return undefined;
  }
}

export function readLinkIfPossible(path: string): string | undefined {
  try {
    return readLink(path);
  } catch {
    return undefined;
  }
}

export const statIfPossible = (path: string): fs.BigIntStats | undefined => {
  try {
    return fs.statSync(encodePath(path), {bigint: true});
  } catch {
    return undefined;
  }
};

/** Whether a path leads to a directory; follows symbolic links. */
export const isDirectory = (path: string): boolean => statIfPossible(path)?.isDirectory() === true;

/** The result of lstat(); undefined if nothing is there. Throws if that cannot be determined. */
export const lstat = (path: string): fs.Stats | undefined =>
  fs.lstatSync(path.isWellFormed() ? path : encodePath(path), {throwIfNoEntry: false});

/** The result of lstat(); undefined on any failure. */
export const lstatIfPossible = (path: string): fs.BigIntStats | undefined => {
  try {
    return fs.lstatSync(encodePath(path), {bigint: true});
  } catch {
    return undefined;
  }
};

export interface Entry {
  name: string;
  isDirectory: boolean;
}

/** The entries of a directory. Throws if it cannot be read. */
export function readEntries(path: string): Entry[] {
  const options = {withFileTypes: true, encoding: 'buffer'} as const;
  return fs.readdirSync(encodePath(path), options).map((entry) => ({
    name: decodePath(entry.name),
    isDirectory: entry.isDirectory(),
  }));
}

/** The same; empty if it cannot be read. */
export function entries(path: string): Entry[] {
  try {
    return readEntries(path);
  } catch {
    return [];
  }
}

/** The names of the directories in a directory. */
export const directories = (path: string): string[] =>
  entries(path)
    .filter((entry) => entry.isDirectory)
    .map(({name}) => name);
