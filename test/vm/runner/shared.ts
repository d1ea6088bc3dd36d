// SPDX-License-Identifier: MIT
import {inject} from 'vitest';
import {Vm} from './vm.js';

/** The kernel that this project tests, by its name in lab/kernels.txt. */
export const kernel = inject('kernel');

/** The VM of this kernel, the same for all files. */
export const vm = await Vm.attach(inject('machine'));
