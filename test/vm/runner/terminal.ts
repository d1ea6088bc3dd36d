// SPDX-License-Identifier: MIT
export * from '../../../src/lab/terminal.js';
