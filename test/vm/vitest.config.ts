// SPDX-License-Identifier: MIT
// Every *.vm.test.ts on every kernel asked for (FGUARD_KERNELS, by spaces): a
// project for each kernel, with one VM that all its files share.
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';
import {PATIENCE} from './runner/patience.js';
import {EvenSequencer} from './runner/sequencer.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kernels = (process.env.FGUARD_KERNELS ?? '6.1').split(' ');

export default defineConfig({
  root,
  test: {
    // emulated machines: one at a time has the processors
    fileParallelism: false,
    sequence: {sequencer: EvenSequencer},
    projects: [
      ...kernels.map((kernel, index) => ({
        root,
        test: {
          name: kernel,
          include: [
            'test/vm/**/*.vm.test.ts',
            ...(kernel.endsWith('-debug') ? ['test/vm/debug/*.debug.test.ts'] : []),
          ],
          globalSetup: ['test/vm/helper/build.ts', 'test/vm/runner/global-setup.ts'],
          setupFiles: 'test/vm/runner/kernel-log.ts',
          provide: {kernel},
          pool: 'forks' as const,
          isolate: false,
          fileParallelism: false,
          sequence: {groupOrder: index + 1},
          testTimeout: 180_000 * PATIENCE,
          hookTimeout: 300_000 * PATIENCE,
          teardownTimeout: 300_000 * PATIENCE,
        },
      })),
    ],
  },
});
