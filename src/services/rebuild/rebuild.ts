// SPDX-License-Identifier: MIT
import {UserError, interrupted} from '../../domain/errors.js';
import {type SigningKey, requireKey} from '../signing/keys.js';
import {secureBoot} from '../signing/secure-boot.js';
import {type BuildPlan, type BuildProgress, buildModule} from './build.js';
import {findCached, keepInCache} from './cache.js';
import {exclusively} from '../../linux/exclusive.js';
import {installModule, requireWritable} from './install.js';
import {
  installedKernels,
  type KernelTree,
  knownKernels,
  readKernelTree,
} from '../../linux/kernel-tree.js';
import {findMissing, findTools, wrongArchitecture} from './requirements.js';
import {withScratch} from '../../linux/scratch.js';
import {type Signed, chooseKey, signedCopy} from './signed-copy.js';
import {fingerprint} from './sources.js';

export interface RebuildRequest {
  /** 'all': every kernel that is installed here. */
  kernels: readonly string[] | 'all';
  /** Build even if the cache has it. */
  force: boolean;
  /** The key to sign with; default: one that is found or, if modules must be signed, made. */
  key: SigningKey | undefined;
  progress: BuildProgress;
  signal: AbortSignal;
}

export interface BuiltModule extends Signed {
  kernel: string;
  file: string;
  /** Taken from the cache, not built now. */
  cached: boolean;
}

/** A kernel for which no module was built. */
export interface FailedBuild {
  kernel: string;
  error: UserError;
}

export interface RebuildResult {
  modules: BuiltModule[];
  failed: FailedBuild[];
  /** Null: the firmware does not report it. */
  secureBoot: boolean | null;
}

type Outcome = Omit<RebuildResult, 'secureBoot'>;

function requireKernel(kernel: string): void {
  const known = knownKernels();
  if (known.includes(kernel)) return;
  const there = known.length === 0 ? 'none' : known.join(' ');
  throw new UserError('ENOKERNEL', `kernel ${kernel} is not installed; installed: ${there}`, {
    next: [`sudo apt install linux-headers-${kernel}`],
  });
}

function requireInstalled(): string[] {
  const kernels = installedKernels();
  if (kernels.length > 0) return kernels;
  throw new UserError('ENOKERNEL', 'no kernel is installed here');
}

async function plan(tree: KernelTree): Promise<BuildPlan> {
  const wrong = wrongArchitecture(tree);
  if (wrong !== undefined) throw new UserError('EREQUIREMENT', `cannot build: ${wrong}`);
  const tools = await findTools(tree);
  const missing = findMissing(tree, tools);
  const compiler = tools.compiler.fitting;
  if (missing.length === 0 && compiler !== undefined) return {tree, compiler};
  const what = missing.map((item) => item.what).join('; ');
  const next = missing.flatMap((item) => (item.next === null ? [] : [item.next]));
  throw new UserError('EREQUIREMENT', `cannot build: missing ${what}`, {next});
}

function requireTime({signal}: RebuildRequest): void {
  if (signal.aborted) throw interrupted();
}

/* Ctrl-C also reaches the programs we run, so an error after it means that they were interrupted. */
async function orInterrupted<T>(request: RebuildRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    requireTime(request);
    throw error;
  }
}

/* The unsigned module, in the cache or in the given directory. */
async function obtain(build: BuildPlan, folder: string, request: RebuildRequest) {
  const key = fingerprint(build.tree, build.compiler.text);
  const cached = request.force ? undefined : findCached(key);
  if (cached !== undefined) return {file: cached, cached: true};
  const file = await buildModule(build, folder, request.progress, request.signal);
  keepInCache(file, key);
  return {file, cached: false};
}

const rebuildOne = (build: BuildPlan, request: RebuildRequest): Promise<BuiltModule> =>
  withScratch(async (folder) => {
    const {kernel} = build.tree;
    const key = await chooseKey(build.tree, request.key);
    const {file, cached} = await obtain(build, folder, request);
    const signed = await signedCopy(file, folder, build.tree, key);
    return {kernel, file: await installModule(signed.file, kernel), cached, ...signed.by};
  });

/* A failure for one kernel does not stop the others; any other error does. */
async function rebuildEach(kernels: readonly string[], request: RebuildRequest): Promise<Outcome> {
  const result: Outcome = {modules: [], failed: []};
  for (const kernel of kernels) {
    requireTime(request);
    try {
      result.modules.push(await rebuildOne(await plan(readKernelTree(kernel)), request));
    } catch (error) {
      if (!(error instanceof UserError) || request.signal.aborted) throw error;
      result.failed.push({kernel, error});
    }
  }
  return result;
}

/* All named kernels must be buildable before anything is built. */
async function rebuildNamed(kernels: readonly string[], request: RebuildRequest): Promise<Outcome> {
  const modules: BuiltModule[] = [];
  const plans: BuildPlan[] = [];
  for (const kernel of kernels) plans.push(await plan(readKernelTree(kernel)));
  for (const build of plans) {
    requireTime(request);
    modules.push(await rebuildOne(build, request));
  }
  return {modules, failed: []};
}

/** Builds and installs the module for kernels, while no other process does. */
export async function rebuild(request: RebuildRequest): Promise<RebuildResult> {
  const all = request.kernels === 'all';
  const kernels = request.kernels === 'all' ? requireInstalled() : [...new Set(request.kernels)];
  kernels.forEach(requireKernel);
  if (request.key !== undefined) requireKey(request.key);
  kernels.forEach((kernel) => {
    requireWritable(kernel);
  });
  const {progress, signal} = request;
  const outcome = await orInterrupted(request, () =>
    exclusively(
      () => (all ? rebuildEach : rebuildNamed)(kernels, request),
      () => {
        progress.waiting();
      },
      signal,
    ),
  );
  requireTime(request);
  return {...outcome, secureBoot: secureBoot() ?? null};
}
