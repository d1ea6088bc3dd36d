// SPDX-License-Identifier: MIT
import {defineConfig} from 'vitest/config';
import {PATIENCE} from './src/lab/patience.js';

export default defineConfig({
  test: {
    include: [
      'test/unit/**/*.test.ts',
      'test/contract/**/*.test.ts',
      'test/model/**/*.test.ts',
      'test/vm/*.test.ts',
    ],
    exclude: [
      'test/unit/libnetlink/**',
      '**/*.vm.test.ts',
      'node_modules/**',
      // stops commands at each step, for many minutes: on demand
      ...(process.env.FGUARD_STEPS === undefined ? ['**/stopped.test.ts'] : []),
    ],
    testTimeout: 30_000 * PATIENCE,
    hookTimeout: 60_000 * PATIENCE,
  },
});
