// SPDX-License-Identifier: MIT
import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {REPOSITORY} from '../runner/prepare.js';

const DIRECTORY = path.join(REPOSITORY, 'test/vm/guest/try');

/** Where the programs are that the tests run in the guest. */
export const PROGRAMS = path.join(DIRECTORY, 'build');

/** Makes them; the guest sees the host's files. */
export default async function setup(): Promise<void> {
  await promisify(execFile)('make', ['-C', DIRECTORY]);
}
