// SPDX-License-Identifier: MIT
import {UserError, notPermitted} from '../domain/errors.js';
import {runsAsRoot, withSudo} from '../linux/privilege.js';
import {hasProgram} from '../linux/command.js';
import {cachedRelease} from './kernels.js';
import {OWN_KERNEL} from './prepare.js';

/** A program that the lab needs, and the packages that contain it. */
interface Needed {
  program: string;
  packages: readonly string[];
  /** Needed only to fetch a kernel from Debian. */
  toFetch?: boolean;
}

const NEEDED: readonly Needed[] = [
  {program: 'qemu-system-x86_64', packages: ['qemu-system-x86']},
  {program: 'setpriv', packages: ['util-linux']},
  {program: 'busybox', packages: ['busybox-static']},
  {program: 'cpio', packages: ['cpio']},
  {program: 'xz', packages: ['xz-utils']},
  {program: 'gcc', packages: ['gcc', 'libc6-dev']},
  {program: 'make', packages: ['make']},
  {program: 'depmod', packages: ['kmod']},
  {
    program: 'debootstrap',
    packages: ['debootstrap', 'debian-archive-keyring'],
    toFetch: true,
  },
];

export interface Circumstances {
  arch: string;
  isRoot: boolean;
  has: typeof hasProgram;
}

const circumstances = (): Circumstances => ({
  arch: process.arch,
  isRoot: runsAsRoot(),
  has: hasProgram,
});

function requirePrograms(isFetched: boolean, has: typeof hasProgram): void {
  const missing = NEEDED.filter(({program, toFetch}) => !(toFetch && isFetched) && !has(program));
  if (missing.length === 0) return;
  const names = missing.map(({program}) => program).join(', ');
  const packages = missing.flatMap((needed) => needed.packages).join(' ');
  const message = `the lab needs programs that are not installed: ${names}`;
  throw new UserError('ENOPROGRAM', message, {next: [`sudo apt install ${packages}`]});
}

/**
 * Checks everything that can be checked before anything is done.
 *
 * @param kernel as chooseKernel() returns it
 */
export function requireLab(kernel: string, {arch, isRoot, has} = circumstances()): void {
  if (arch !== 'x64')
    throw new UserError('EOPNOTSUPP', `the lab needs an x86-64 machine; this one is ${arch}`);
  const isFetched = kernel === OWN_KERNEL || cachedRelease(kernel) !== undefined;
  if (!isFetched && !isRoot)
    throw notPermitted(`getting kernel ${kernel} from Debian needs root the first time`, [
      withSudo(),
    ]);
  requirePrograms(isFetched, has);
}
