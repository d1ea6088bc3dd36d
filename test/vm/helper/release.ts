// SPDX-License-Identifier: MIT
import type {Size} from './intruders.js';
import {vm} from '../runner/shared.js';

const release = await vm.ok('uname -r');
const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);

/** Is the kernel made for virtual machines of clouds, with few modules? */
export const isCloud = release.includes('cloud');

/** Is the kernel this version, such as "6.6", or a later one? */
export function isSince(version: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/**
 * Routes that not every kernel has, with the first that does. The stable 5.10 took
 * io_uring over from 5.15, but not what these three call.
 */
const SINCE: Readonly<Record<string, string>> = {
  'uring-mkdir': '5.15',
  'uring-symlink': '5.15',
  'uring-link': '5.15',
  fchmodat2: '6.6',
  'fchmodat2-empty': '6.6',
  'uring-ftruncate': '6.9',
  'uring-bind': '6.11',
  'fd-discard-blocks-uring': '6.12',
  'mount-beneath': '6.5',
  setxattrat: '6.13',
  removexattrat: '6.13',
  'file-setattr': '6.17',
};

/** Does the kernel have what a route uses? */
export function hasRoute(route: string): boolean {
  return isSince(SINCE[route] ?? '0');
}

/** Routes by system calls that only 32-bit programs have. */
const SMALL = ['truncate64', 'ftruncate64', 'old-umount', 'socketcall-bind'];

/** Can the program go this way on this kernel? */
export function programHas(program: Size, route: string): boolean {
  return hasRoute(route) && (program === 'try32' || !SMALL.includes(route));
}

/** Routes of which the kernel knows nothing. */
export const UNKNOWN_ROUTES = Object.keys(SINCE).filter((route) => !hasRoute(route));
