// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

import {Vm} from '../runner/vm.js';

const images = process.env.FGUARD_IMAGES ?? '';

/** A disk of its own for a file of tests; it goes with the folder of the images. */
export function newDisk(suite: string, name: string): string {
  const disk = join(images, `${suite}-${name}`);
  execFileSync('cp', ['--sparse=always', join(images, suite), disk]);
  return disk;
}

/** Boots a disk with a kernel; resolves when systemd has done all it wanted, with this verdict. */
export async function boot(
  kernel: string,
  disk: string,
  verdict: 'running' | 'degraded' = 'running',
): Promise<Vm> {
  const vm = await Vm.boot({kernel, disk});
  const state = await vm.run('systemctl is-system-running --wait');
  if (state.stdout.trim() === verdict) return vm;
  const failed = await vm.run(
    'systemctl --failed --no-legend; journalctl -b --no-pager | tail -n 60',
  );
  throw new Error(`the machine is ${state.stdout}${failed.stdout}`);
}

/** A property of a unit. */
export const property = async (vm: Vm, unit: string, name: string): Promise<string> =>
  (await vm.ok(`systemctl show --value -p ${name} ${unit}`)).trim();

/** Waits in the guest until a command succeeds. */
export const until = (vm: Vm, command: string): Promise<string> =>
  vm.ok(`until ${command}; do sleep 0.2; done`);

/** Waits until units are active. */
export async function untilActive(vm: Vm, ...units: string[]): Promise<void> {
  for (const unit of units) await until(vm, `systemctl -q is-active ${unit}`);
}

/** Waits until a unit was started again so often, and is active. */
export async function untilRestarted(vm: Vm, unit: string, times: number): Promise<void> {
  await until(vm, `[ "$(systemctl show --value -p NRestarts ${unit})" = ${times} ]`);
  await untilActive(vm, unit);
}

/** Writes a file there. */
export const write = async (vm: Vm, file: string, text: string): Promise<void> => {
  await vm.ok(`cat >${file} <<'END'\n${text}\nEND\n`);
};
