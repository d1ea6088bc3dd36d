// SPDX-License-Identifier: MIT
export * from '../../../src/lab/patience.js';
