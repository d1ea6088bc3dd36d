// SPDX-License-Identifier: MIT
export * from '../../src/lab/splat.js';
