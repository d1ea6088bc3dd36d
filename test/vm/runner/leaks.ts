// SPDX-License-Identifier: MIT
export * from '../../../src/lab/leaks.js';
