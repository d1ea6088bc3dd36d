// SPDX-License-Identifier: MIT
import {availableParallelism} from 'node:os';
import {join} from 'node:path';

import {UserError} from '../../domain/errors.js';
import {requireOwn} from '../../linux/own-folder.js';
import {runCommand} from '../../linux/command.js';
import {type Compiler, compilerArguments} from './compiler.js';
import type {KernelTree} from '../../linux/kernel-tree.js';
import {copySources} from './sources.js';

/** Receives the progress of a build. */
export interface BuildProgress {
  /** Another process builds; this one waits for its end. */
  waiting(): void;
  start(kernel: string, steps: number): void;
  step(): void;
  stop(): void;
}

/* Besides an object for each .c: fguard.o, MODPOST, fguard.mod.o, fguard.ko. */
const OTHER_STEPS = 4;
const STEP = /^\s+(CC|LD|AS|MODPOST)\b/;

/* Symbols that the module uses and the kernel does not export, as modpost names them. */
const undefinedSymbols = (output: string): string[] => [
  ...new Set([...output.matchAll(/"(\w+)" \[\S+\] undefined!/g)].map(([, name]) => name ?? '')),
];

function buildFailure(kernel: string, output: string): UserError {
  const symbols = undefinedSymbols(output);
  const why = symbols.length === 0 ? '' : `, which does not export ${symbols.join(', ')}`;
  return new UserError('EBUILD', `the module does not build for kernel ${kernel}${why}`, {output});
}

/** Where and with what a module is built. */
export interface BuildPlan {
  tree: KernelTree;
  compiler: Compiler;
}

async function make(
  {tree, compiler}: BuildPlan,
  folder: string,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<void> {
  const jobs = `-j${availableParallelism()}`;
  const how = [...compilerArguments(compiler), `M=${folder}`, jobs, 'modules'];
  const onLine = (line: string): void => {
    if (STEP.test(line)) progress.step();
  };
  const {code, stderr} = await runCommand('make', ['-C', requireOwn(tree.build), ...how], {
    onLine,
    signal,
  });
  if (code !== 0) throw buildFailure(tree.kernel, stderr.replaceAll(`${folder}/`, '').trimEnd());
}

/** Builds in an empty folder, and returns the module there. */
export async function buildModule(
  plan: BuildPlan,
  folder: string,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<string> {
  const sources = copySources(folder).filter((file) => file.endsWith('.c'));
  progress.start(plan.tree.kernel, sources.length + OTHER_STEPS);
  try {
    await make(plan, folder, progress, signal);
  } finally {
    progress.stop();
  }
  return join(folder, 'fguard.ko');
}
