// SPDX-License-Identifier: MIT
import type {TestProject} from 'vitest/node';
import {PATIENCE} from './patience.js';
import {prepare, REPOSITORY} from './prepare.js';
import {QUICK} from './quick.js';
import {Vm} from './vm.js';
import type {MachineAddress} from '../../../src/lab/qemu.js';

declare module 'vitest' {
  interface ProvidedContext {
    kernel: string;
    machine: MachineAddress;
  }
}

/* What a kernel takes to boot where nothing else runs, and a little more; milliseconds. */
const USUAL_BOOT = 15_000;

/*
 * How long the same work takes here, now, shows in how long it took to boot: limits are
 * that many times as long, so that they tell of a guest that stands still.
 */
function wait(project: TestProject, took: number): void {
  const slowness = took / (USUAL_BOOT * PATIENCE);
  if (slowness <= 1) return;
  const patience = (PATIENCE * slowness).toFixed(1);
  project.config.env = {...project.config.env, FGUARD_PATIENCE: patience};
  for (const limit of ['testTimeout', 'hookTimeout', 'teardownTimeout'] as const)
    project.config[limit] = Math.round(project.config[limit] * slowness);
}

/** Boots the project's kernel; the worker attaches to it; afterwards its log is read. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const files = await prepare(project.name);
  const start = Date.now();
  const vm = await Vm.start(files, {folders: [REPOSITORY], append: QUICK});
  wait(project, Date.now() - start);
  vm.detach();
  project.provide('machine', vm.address);
  return async () => {
    await vm.shutdown().catch((error: unknown) => {
      // vitest prints what is thrown here, but ends as if all were well
      process.exitCode = 1;
      throw error;
    });
  };
}
