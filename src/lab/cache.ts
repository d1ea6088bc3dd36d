// SPDX-License-Identifier: MIT
import {join} from 'node:path';

import {requireOwn, userFolder} from '../linux/own-folder.js';

/** Where the scripts cache kernels and the root file systems that they build in. */
export function labFolder(env = process.env): string {
  const {FGUARD_CACHE = ''} = env;
  if (FGUARD_CACHE !== '') return requireOwn(FGUARD_CACHE, ['unset FGUARD_CACHE']);
  return requireOwn(join(userFolder('cache', env), 'fguard'));
}
