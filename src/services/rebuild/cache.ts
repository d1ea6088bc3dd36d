// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';

import {replaceFile} from './replace-file.js';

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/* Root loads what lies here into the kernel: nobody else may have had a hand in it. */
function isTrusted(path: string): boolean {
  const {uid, mode} = statSync(path);
  const owned = uid === 0 || uid === process.geteuid?.();
  return owned && ((mode & OTHERS_MAY_WRITE) === 0 || (mode & STICKY) !== 0);
}

function isTrustedChain(path: string): boolean {
  if (existsSync(path) && !isTrusted(path)) return false;
  return path === '/' ? true : isTrustedChain(dirname(path));
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    nonEmpty(env.FGUARD_CACHE) ?? nonEmpty(env.XDG_CACHE_HOME) ?? join(homedir(), '.cache');
  return join(base, 'fguard', 'modules');
}

const fileOf = (key: string, folder: string): string => join(folder, key, 'fguard.ko');

/** The module built before from the same things, if its file can be trusted. */
export function findCached(key: string, folder = cacheFolder()): string | undefined {
  const file = fileOf(key, folder);
  return existsSync(file) && isTrustedChain(file) ? file : undefined;
}

/** Keeps a built module and returns its place; undefined if others may write there. */
export function keepInCache(
  built: string,
  key: string,
  folder = cacheFolder(),
): string | undefined {
  if (!isTrustedChain(folder)) return undefined;
  const file = fileOf(key, folder);
  mkdirSync(dirname(file), {recursive: true, mode: 0o755});
  replaceFile(built, file);
  return file;
}
