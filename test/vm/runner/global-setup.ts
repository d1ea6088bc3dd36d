// SPDX-License-Identifier: MIT
import type {TestProject} from 'vitest/node';
import {Vm} from './vm.js';
import type {MachineAddress} from '../../../src/lab/qemu.js';

declare module 'vitest' {
  interface ProvidedContext {
    kernel: string;
    machine: MachineAddress;
  }
}

/** Boots the project's kernel; the worker attaches to it; afterwards its log is read. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kernel = project.name;
  const vm = await Vm.boot({kernel});
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
