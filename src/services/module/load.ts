// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import type {KernelStatus} from '../../domain/status.js';
import {UserError} from '../../domain/errors.js';
import {runCommand} from '../../linux/command.js';
import {readIfPossible, readRegular} from '../../linux/files.js';
import {requireRoot} from '../../linux/privilege.js';
import {withGuard} from '../guard.js';
import {packageVersion} from '../../linux/package-root.js';
import type {BuildProgress} from '../rebuild/build.js';
import {findCached} from '../rebuild/cache.js';
import {searchCompiler} from '../rebuild/compiler.js';
import {installedFile, installedFiles} from '../rebuild/install.js';
import {readKernelTree} from '../../linux/kernel-tree.js';
import {rebuild} from '../rebuild/rebuild.js';
import {fingerprint} from '../rebuild/sources.js';
import {needsSignature} from '../signing/secure-boot.js';
import {splitSignature} from '../signing/signature.js';
import {isLoaded, readModuleInfo} from './module-info.js';

export interface LoadResult {
  status: KernelStatus;
  kernel: string;
  /** The file that was loaded; null if the module was already loaded. */
  file: string | null;
}

/* Ignoring the signature, which cached modules do not have. */
const sameModule = (installed: string, cached: string): boolean =>
  splitSignature(readRegular(installed)).body.equals(readRegular(cached));

/* The installed module was built from these sources, or comes from a package of this version. */
async function fits(file: string, kernel: string, cached: string | undefined): Promise<boolean> {
  const info = await readModuleInfo(file);
  if (info?.kernel !== kernel) return false;
  return cached === undefined ? info.version === packageVersion() : sameModule(file, cached);
}

async function findInstalled(
  kernel: string,
  cached: string | undefined,
): Promise<string | undefined> {
  for (const file of installedFiles(kernel)) if (await fits(file, kernel, cached)) return file;
  return undefined;
}

async function findBuilt(kernel: string): Promise<string | undefined> {
  const tree = readKernelTree(kernel);
  if (tree.config === undefined) return undefined;
  const {fitting} = await searchCompiler(tree);
  return fitting === undefined ? undefined : findCached(fingerprint(tree, fitting.text));
}

/** The module for this kernel: the installed one if it fits, else from the cache, else built. */
async function findModule(
  kernel: string,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<string> {
  const cached = await findBuilt(kernel);
  const installed = await findInstalled(kernel, cached);
  if (installed !== undefined) return installed;
  if (cached !== undefined && !needsSignature()) return cached;
  const request = {kernels: [kernel], force: false, key: undefined, progress, signal};
  const {modules} = await rebuild(request);
  return modules[0]?.file ?? installedFile(kernel);
}

/* The kernel explains why insmod failed only in its log: "<3>[   12.345678] fguard: …" */
async function kernelWords(): Promise<string[]> {
  const {stdout} = await runCommand('dmesg', ['-r']).catch(() => ({stdout: ''}));
  return stdout.split('\n').filter((line) => line.includes('fguard:'));
}

/* If the module itself gave up, it logged why as an error (level 3). */
const ownReason = (words: readonly string[]): string | undefined =>
  words.findLast((line) => line.startsWith('<3>'))?.replace(/^.*?fguard: /, '');

const readable = (words: readonly string[]): string =>
  words
    .slice(-5)
    .map((line) => line.replace(/^<\d+>/, ''))
    .join('\n');

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/key was rejected|required key/i, 'sign the module, or disable Secure Boot'],
  [/invalid module format|unknown symbol/i, 'sudo fguard rebuild --force'],
];

/* Unlike modprobe, insmod ignores module parameters on the kernel command line (fguard.nolock=1). */
const parameters = (): string[] =>
  [...(readIfPossible('/proc/cmdline') ?? '').matchAll(/(?:^|\s)fguard\.(\w+=\w+)(?=\s|$)/g)].map(
    ([, parameter]) => parameter ?? '',
  );

/**
 * Loads a module file.
 * @returns false if another process has loaded the module meanwhile
 * @throws UserError if the kernel refused it
 */
export async function insert(file: string, isThere = isLoaded): Promise<boolean> {
  const last = (await kernelWords()).at(-1);
  const {code, stderr} = await runCommand('insmod', [file, ...parameters()]);
  if (code === 0) return true;
  if (isThere()) return false;
  const refusal = stderr.trim().replace(/^insmod: ERROR: /, '');
  const next = REMEDIES.filter(([pattern]) => pattern.test(refusal)).map(([, remedy]) => remedy);
  const words = await kernelWords();
  const reason = ownReason(words.slice(last === undefined ? 0 : words.lastIndexOf(last) + 1));
  throw new UserError('EINSMOD', `the kernel refused the module: ${reason ?? refusal}`, {
    next,
    output: readable(words),
  });
}

/** Loads the module, building it first if needed, and checks that it answers. */
export async function loadModule(
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<LoadResult> {
  requireRoot('loading a module');
  const kernel = release();
  const found = isLoaded() ? null : await findModule(kernel, progress, signal);
  const isOurs = found !== null && (await insert(found));
  const status = await withGuard((guard) => guard.status());
  return {status, kernel, file: isOurs ? found : null};
}
