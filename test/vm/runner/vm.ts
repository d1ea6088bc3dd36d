// SPDX-License-Identifier: MIT
export * from '../../../src/lab/vm.js';
