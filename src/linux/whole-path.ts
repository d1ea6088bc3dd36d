// SPDX-License-Identifier: MIT
import {resolve} from 'node:path';

import {UserError} from '../domain/errors.js';
import {errorCode} from './files.js';

/**
 * Makes a path absolute, without resolving symbolic links.
 * @throws UserError if it is relative and the current directory was removed
 */
export function wholePath(path: string): string {
  try {
    return resolve(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new UserError('ENOENT', 'the current directory is gone', {next: ['cd /']});
  }
}
