// SPDX-License-Identifier: MIT
import {vi} from 'vitest';
import {PATIENCE} from '../../src/lab/patience.js';

/** For what nobody tells of: tries again until the check holds, or too much time is over. */
export const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, {timeout: 10_000 * PATIENCE});
