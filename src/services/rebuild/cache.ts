// SPDX-License-Identifier: MIT
import {existsSync, readdirSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {makeOwnFolder, userFolder, whyForeign} from '../../linux/own-folder.js';
import {runsAsRoot} from '../../linux/privilege.js';
import {replaceFile} from '../../linux/replace-file.js';

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** Where modules are cached. Root loads them into the kernel. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const usual = userFolder('cache', env);
  const isRoots = runsAsRoot() && usual !== env.XDG_CACHE_HOME;
  const base = nonEmpty(env.FGUARD_CACHE) ?? (isRoots ? '/var/cache' : usual);
  return join(base, 'fguard', 'modules');
}

const fileOf = (key: string, folder: string): string => join(folder, key, 'fguard.ko');

/** The module built before from the same inputs, if its file can be trusted. */
export function findCached(key: string, folder = cacheFolder()): string | undefined {
  const file = fileOf(key, folder);
  return existsSync(file) && whyForeign(file) === undefined ? file : undefined;
}

/* How many modules are kept: more than a machine has kernels. */
const KEPT = 32;
const KEY = /^[0-9a-f]{32}$/;

/* The oldest are removed, which belong to former sources, kernels or compilers. */
function prune(folder: string): void {
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const names = readdirSync(folder).filter((name) => KEY.test(name));
  const oldest = names.sort((a, b) => age(b) - age(a)).slice(KEPT);
  for (const name of oldest) rmSync(join(folder, name), {recursive: true, force: true});
}

/** Caches a built module and returns its path; undefined if others can write there. */
export function keepInCache(
  built: string,
  key: string,
  folder = cacheFolder(),
): string | undefined {
  const file = fileOf(key, folder);
  if (whyForeign(file) !== undefined) return undefined;
  makeOwnFolder(dirname(file));
  replaceFile(built, file);
  prune(folder);
  return file;
}
