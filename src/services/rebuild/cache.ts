// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, readdirSync, rmSync, statSync} from 'node:fs';
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

/* With sudo the home folder may be another's, who could then put a module there. */
const usualFolder = (): string =>
  process.geteuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache');

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = nonEmpty(env.FGUARD_CACHE) ?? nonEmpty(env.XDG_CACHE_HOME) ?? usualFolder();
  return join(base, 'fguard', 'modules');
}

const fileOf = (key: string, folder: string): string => join(folder, key, 'fguard.ko');

/** The module built before from the same things, if its file can be trusted. */
export function findCached(key: string, folder = cacheFolder()): string | undefined {
  const file = fileOf(key, folder);
  return existsSync(file) && isTrustedChain(file) ? file : undefined;
}

/* How many modules are kept: more than there are kernels at a time. */
const KEPT = 32;
const KEY = /^[0-9a-f]{32}$/;

/* Of sources, kernels and compilers that are gone, the oldest go. */
function prune(folder: string): void {
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const names = readdirSync(folder).filter((name) => KEY.test(name));
  const oldest = names.sort((a, b) => age(b) - age(a)).slice(KEPT);
  for (const name of oldest) rmSync(join(folder, name), {recursive: true, force: true});
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
  prune(folder);
  return file;
}
