// SPDX-License-Identifier: MIT
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';
import {PATIENCE} from '../runner/patience.js';

export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['test/vm/service/*.test.ts'],
    fileParallelism: false,
    testTimeout: 240_000 * PATIENCE,
    hookTimeout: 300_000 * PATIENCE,
    // each test begins where the one before it ended
    bail: 1,
  },
});
