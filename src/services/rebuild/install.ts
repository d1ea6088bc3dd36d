// SPDX-License-Identifier: MIT
import {accessSync, constants, existsSync, mkdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {UserError, notPermitted} from '../../errors.js';
import {runCommand} from '../command.js';
import {withSudo} from '../guard.js';
import {MODULES_ROOT} from './kernel-tree.js';
import {replaceFile} from './replace-file.js';

export const installedFile = (kernel: string, root = MODULES_ROOT): string =>
  join(root, kernel, 'updates', 'fguard.ko');

export function requireWritable(kernel: string, root = MODULES_ROOT): void {
  const folder = join(root, kernel);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw notPermitted(`${folder} cannot be written`, [withSudo()]);
  }
}

const sameContent = (a: string, b: string): boolean =>
  existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b));

/** Puts the module among those of its kernel, unless the very same is there. */
export async function installModule(
  file: string,
  kernel: string,
  root = MODULES_ROOT,
): Promise<string> {
  const target = installedFile(kernel, root);
  if (sameContent(file, target)) return target;
  mkdirSync(dirname(target), {recursive: true});
  replaceFile(file, target);
  const {code, stderr} = await runCommand('depmod', [kernel]);
  if (code === 0) return target;
  throw new UserError('EDEPMOD', `depmod failed for kernel ${kernel}`, {output: stderr.trimEnd()});
}
