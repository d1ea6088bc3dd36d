// SPDX-License-Identifier: MIT
import {accessSync, constants, statSync} from 'node:fs';
import {delimiter} from 'node:path';

import {inDirectory} from '../domain/path.js';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The executable that a word means, looked up as a shell would; undefined if there is none. */
export function findProgram(word: string, path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const candidates = word.includes('/') ? [word] : folders.map((one) => inDirectory(one, word));
  return candidates.find(isProgram);
}
