// SPDX-License-Identifier: MIT
export * from '../../../src/lab/process.js';
