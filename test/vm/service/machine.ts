// SPDX-License-Identifier: MIT
import {Vm} from '../runner/vm.js';

const disk = process.env.FGUARD_IMAGE ?? '';

/** Boots the disk with a kernel; resolves when systemd has done all it wanted, with its verdict. */
export async function boot(kernel: string): Promise<Vm> {
  const vm = await Vm.boot({kernel, disk});
  const state = await vm.run('systemctl is-system-running --wait');
  if (state.stdout.trim() === 'running') return vm;
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

/** Writes a file there. */
export const write = async (vm: Vm, file: string, text: string): Promise<void> => {
  await vm.ok(`cat >${file} <<'END'\n${text}\nEND\n`);
};
