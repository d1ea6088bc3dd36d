// SPDX-License-Identifier: MIT
/* npm may not run install scripts, so after an installation with npm the library is built on first use. */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';

import {cleanEnvironment} from '../linux/environment.js';
import {UserError} from '../domain/errors.js';
import {shellWord} from '../domain/shell-word.js';
import {makeScratchFolder} from '../linux/own-folder.js';
import {replaceFile} from '../linux/replace-file.js';

/** The directory of the sources, in the package and in a copy of it. */
const SOURCES = ['libnetlink', 'kmod/uapi'];
const NAME = 'libfguard.so';

const needed = (folder: string, output: string): UserError =>
  new UserError('ENOLIBRARY', 'cannot find or build the library libfguard.so', {
    output,
    next: ['sudo apt install gcc make pkg-config libmnl-dev', `make -C ${shellWord(folder)}`],
  });

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function make(folder: string): void {
  const env = cleanEnvironment();
  const {status, error, stderr} = spawnSync('make', ['-s', '-C', folder], {env, encoding: 'utf8'});
  if (status === 0) return;
  throw needed(folder, error === undefined ? stderr.trimEnd() : error.message);
}

/* Builds in a copy, so that two processes do not overwrite each other's files. */
function buildIn(scratch: string, root: string, target: string): void {
  for (const source of SOURCES)
    fs.cpSync(join(root, source), join(scratch, source), {recursive: true});
  make(join(scratch, 'libnetlink'));
  replaceFile(join(scratch, 'libnetlink', NAME), target, 0o755);
}

/**
 * Builds the library beside its sources.
 * @param root directory of the package
 * @returns its path; undefined if this user cannot write there
 */
export function buildLibrary(root: string): string | undefined {
  const folder = join(root, 'libnetlink');
  if (!isWritable(folder)) return undefined;
  process.stderr.write('building libfguard.so (only once)\n');
  const scratch = makeScratchFolder('fguard-library-');
  try {
    buildIn(scratch, root, join(folder, NAME));
  } finally {
    fs.rmSync(scratch, {recursive: true, force: true});
  }
  return join(folder, NAME);
}
