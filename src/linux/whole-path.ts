// SPDX-License-Identifier: MIT
import {resolve} from 'node:path';

import {UserError} from '../domain/errors.js';
import {errorCode} from './files.js';

/**
 * A path from the root on, without looking at links.
 * @throws UserError if it is relative to a directory that is gone
 */
export function wholePath(path: string): string {
  try {
    return resolve(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new UserError('ENOENT', 'the current directory is gone', {next: ['cd /']});
  }
}
