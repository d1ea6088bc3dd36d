// SPDX-License-Identifier: MIT
import {UserError} from '../../errors.js';
import {type BuildProgress, buildModule} from './build.js';
import {findCached, keepInCache} from './cache.js';
import {installModule, requireWritable} from './install.js';
import {type KernelTree, knownKernels, readKernelTree} from './kernel-tree.js';
import {findMissing} from './requirements.js';
import {fingerprint} from './sources.js';

export interface RebuildRequest {
  kernels: readonly string[];
  /** Build even if the cache has it. */
  force: boolean;
  progress: BuildProgress;
  signal: AbortSignal;
}

export interface BuiltModule {
  kernel: string;
  file: string;
  /** Taken from the cache, not built now. */
  cached: boolean;
}

function requireKernel(kernel: string): void {
  const known = knownKernels();
  if (known.includes(kernel)) return;
  throw new UserError('ENOKERNEL', `there is no kernel ${kernel} here; known: ${known.join(' ')}`, {
    next: [`sudo apt install linux-headers-${kernel}`],
  });
}

function requireBuildable(tree: KernelTree): void {
  const missing = findMissing(tree);
  if (missing.length === 0) return;
  const what = missing.map((item) => item.what).join('; ');
  const next = missing.flatMap((item) => (item.next === null ? [] : [item.next]));
  throw new UserError('EREQUIREMENT', `cannot build: missing ${what}`, {next});
}

async function rebuildOne(tree: KernelTree, request: RebuildRequest): Promise<BuiltModule> {
  const {kernel} = tree;
  const key = fingerprint(tree);
  const cached = request.force ? undefined : findCached(key);
  if (cached !== undefined)
    return {kernel, file: await installModule(cached, kernel), cached: true};
  const file = await buildModule(tree, request.progress, request.signal, (built) => {
    keepInCache(built, key);
    return installModule(built, kernel);
  });
  return {kernel, file, cached: false};
}

/** Builds and installs the module for kernels, after checking for all of them that it can work. */
export async function rebuild(request: RebuildRequest): Promise<BuiltModule[]> {
  const kernels = [...new Set(request.kernels)];
  kernels.forEach(requireKernel);
  const trees = kernels.map((kernel) => readKernelTree(kernel));
  trees.forEach(requireBuildable);
  kernels.forEach((kernel) => {
    requireWritable(kernel);
  });
  const built: BuiltModule[] = [];
  for (const tree of trees) built.push(await rebuildOne(tree, request));
  return built;
}
