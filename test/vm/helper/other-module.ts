// SPDX-License-Identifier: MIT
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect} from 'vitest';
import {REPOSITORY} from '../runner/prepare.js';
import {kernel, vm} from '../runner/shared.js';

/** Puts something into a file of the guest. */
export async function write(file: string, content: string | Uint8Array): Promise<void> {
  const cat = vm.spawn(`cat >${file}`);
  cat.write(content);
  cat.end();
  expect((await cat.exit).code).toBe(0);
}

/**
 * Puts another module than ours into the guest, built and cached as ours is.
 * @param sources their folder
 * @param name of the module
 * @param file where to
 */
export async function bring(sources: string, name: string, file: string): Promise<void> {
  const script = path.join(REPOSITORY, 'scripts/module.sh');
  const env = {...process.env, FGUARD_KMOD: sources};
  const built = await promisify(execFile)('bash', [script, kernel], {env});
  const release = (await vm.ok('uname -r')).trim();
  const updates = path.join(built.stdout.trim(), 'lib/modules', release, 'updates');
  await write(file, await readFile(path.join(updates, `${name}.ko`)));
}
