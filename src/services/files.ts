// SPDX-License-Identifier: MIT
/* File system calls on paths in our encoding (domain/text.ts). */
import fs from 'node:fs';

import {decodePath, encodePath} from '../domain/text.js';

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

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

/** A whole file, or undefined if it cannot be read. */
export function readIfPossible(path: string): string | undefined {
  try {
    return decodePath(fs.readFileSync(encodePath(path)));
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

/** The status of the name itself, a symbolic link not followed. */
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

/** What is in a directory. Throws if it cannot be read. */
export function readEntries(path: string): Entry[] {
  const options = {withFileTypes: true, encoding: 'buffer'} as const;
  return fs.readdirSync(encodePath(path), options).map((entry) => ({
    name: decodePath(entry.name),
    isDirectory: entry.isDirectory(),
  }));
}

/** The same; nothing if it cannot be read. */
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
