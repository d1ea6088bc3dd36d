// SPDX-License-Identifier: MIT
export * from '../../../src/lab/prepare.js';
