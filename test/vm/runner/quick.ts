// SPDX-License-Identifier: MIT

/**
 * For the command line of a kernel that is emulated: what a program has in common with
 * those before it is at the same addresses, so that it is not translated again. Starting
 * one takes a third of the time.
 */
export const QUICK = 'norandmaps';
