// SPDX-License-Identifier: MIT
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

const PATIENCE = Number(process.env.FGUARD_PATIENCE ?? 1);

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/package/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000 * PATIENCE,
    hookTimeout: 120_000 * PATIENCE,
  },
});
