// SPDX-License-Identifier: MIT
// Runs with every test file: a file whose tests upset the kernel fails.
import {afterAll} from 'vitest';
import {vm} from './shared.js';

afterAll(() => vm.checkKernelLog());
