// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';

import {UserError} from '../../errors.js';
import {runCommand} from '../command.js';
import type {KernelTree} from './kernel-tree.js';
import {copySources} from './sources.js';

/** Told how far a build is. */
export interface BuildProgress {
  start(kernel: string, steps: number): void;
  step(): void;
  stop(): void;
}

/* Besides an object for each .c: fguard.o, MODPOST, fguard.mod.o, fguard.ko. */
const OTHER_STEPS = 4;
const STEP = /^\s+(CC|LD|AS|MODPOST)\b/;

async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fguard-build-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function make(
  {build, kernel}: KernelTree,
  folder: string,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<void> {
  const args = ['-C', build, `M=${folder}`, `-j${availableParallelism()}`, 'modules'];
  const onLine = (line: string): void => {
    if (STEP.test(line)) progress.step();
  };
  const {code, stderr} = await runCommand('make', args, {onLine, signal});
  if (code === 0) return;
  const output = stderr.replaceAll(`${folder}/`, '').trimEnd();
  throw new UserError('EBUILD', `the module does not build for kernel ${kernel}`, {output});
}

/** Builds in a folder of its own, hands over the module there, and leaves nothing behind. */
export function buildModule<T>(
  tree: KernelTree,
  progress: BuildProgress,
  signal: AbortSignal,
  use: (file: string) => Promise<T>,
): Promise<T> {
  return withScratch(async (folder) => {
    const sources = copySources(folder).filter((file) => file.endsWith('.c'));
    progress.start(tree.kernel, sources.length + OTHER_STEPS);
    try {
      await make(tree, folder, progress, signal);
    } finally {
      progress.stop();
    }
    return use(join(folder, 'fguard.ko'));
  });
}
