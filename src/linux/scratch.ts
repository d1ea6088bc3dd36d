// SPDX-License-Identifier: MIT
import {rmSync} from 'node:fs';

import {makeScratchFolder} from './own-folder.js';

/** Provides an empty private directory, and removes it afterwards. */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeScratchFolder('fguard-build-');
  try {
    return await use(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
