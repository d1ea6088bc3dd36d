// SPDX-License-Identifier: MIT
export * from '../../src/services/lab/splat.js';
