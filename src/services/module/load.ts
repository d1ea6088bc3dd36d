// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {release} from 'node:os';

import type {KernelStatus} from '../../domain/status.js';
import {UserError} from '../../errors.js';
import {runCommand} from '../command.js';
import {requireRoot, withGuard} from '../guard.js';
import {packageVersion} from '../package-root.js';
import type {BuildProgress} from '../rebuild/build.js';
import {findCached} from '../rebuild/cache.js';
import {installedFile} from '../rebuild/install.js';
import {readKernelTree} from '../rebuild/kernel-tree.js';
import {rebuild} from '../rebuild/rebuild.js';
import {fingerprint} from '../rebuild/sources.js';
import {isLoaded, readModuleInfo} from './module-info.js';

export interface LoadResult {
  status: KernelStatus;
  kernel: string;
  /** The file that was loaded; null if the module was there already. */
  file: string | null;
}

const sameFile = (a: string, b: string): boolean => readFileSync(a).equals(readFileSync(b));

/* What is installed was built by us from these sources, or comes from a package of this version. */
async function fits(file: string, kernel: string, cached: string | undefined): Promise<boolean> {
  const info = await readModuleInfo(file);
  if (info?.kernel !== kernel) return false;
  return cached === undefined ? info.version === packageVersion() : sameFile(file, cached);
}

/** The module for this kernel: the installed one if it fits, else from the cache, else built. */
async function findModule(
  kernel: string,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<string> {
  const tree = readKernelTree(kernel);
  const cached = tree.config === undefined ? undefined : findCached(fingerprint(tree));
  const installed = installedFile(kernel);
  if (await fits(installed, kernel, cached)) return installed;
  if (cached !== undefined) return cached;
  const [built] = await rebuild({kernels: [kernel], force: false, progress, signal});
  return built?.file ?? installed;
}

/* What the kernel refused to insmod, it explains in its log only. */
async function kernelWords(): Promise<string> {
  const {stdout} = await runCommand('dmesg', []).catch(() => ({stdout: ''}));
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line.includes('fguard:'));
  return lines.slice(-5).join('\n');
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/key was rejected|required key/i, 'sign the module, or switch Secure Boot off'],
  [/invalid module format|unknown symbol/i, 'sudo fguard rebuild --force'],
];

async function insert(file: string): Promise<void> {
  const {code, stderr} = await runCommand('insmod', [file]);
  if (code === 0) return;
  const reason = stderr.trim().replace(/^insmod: ERROR: /, '');
  const next = REMEDIES.filter(([pattern]) => pattern.test(reason)).map(([, remedy]) => remedy);
  const output = await kernelWords();
  throw new UserError('EINSMOD', `the kernel refused the module: ${reason}`, {next, output});
}

/** Inserts the module, built first if needed, and checks that it answers. */
export async function loadModule(
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<LoadResult> {
  requireRoot('loading a module');
  const kernel = release();
  const file = isLoaded() ? null : await findModule(kernel, progress, signal);
  if (file !== null) await insert(file);
  const status = await withGuard((guard) => guard.status());
  return {status, kernel, file};
}
