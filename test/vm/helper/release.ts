// SPDX-License-Identifier: MIT
import {vm} from '../runner/shared.js';

const [major = 0, minor = 0] = (await vm.ok('uname -r')).split(/[.-]/).map(Number);

/** Is the kernel this version, such as "6.6", or a later one? */
export function isSince(version: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
