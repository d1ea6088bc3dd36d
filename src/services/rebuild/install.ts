// SPDX-License-Identifier: MIT
import {accessSync, constants, existsSync, linkSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {UserError, notPermitted} from '../../domain/errors.js';
import {runCommand} from '../../linux/command.js';
import {readIfPossible, readRegular} from '../../linux/files.js';
import {withSudo} from '../../linux/privilege.js';
import {MODULES_ROOT} from '../../linux/kernel-tree.js';
import {dropLeftovers, replaceFile, syncPath} from '../../linux/replace-file.js';

const NAME = 'updates/fguard.ko';

export const installedFile = (kernel: string, root = MODULES_ROOT): string =>
  join(root, kernel, NAME);

/* DKMS installs its own there, compressed if the distribution compresses modules. */
const DKMS = ['', '.zst', '.xz', '.gz'].map((suffix) => `updates/dkms/fguard.ko${suffix}`);

/** The modules that are installed for a kernel: ours first. */
export const installedFiles = (kernel: string, root = MODULES_ROOT): string[] =>
  [NAME, ...DKMS].map((name) => join(root, kernel, name)).filter((file) => existsSync(file));

export function requireWritable(kernel: string, root = MODULES_ROOT): void {
  const folder = join(root, kernel);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw notPermitted(`cannot write to ${folder}`, [withSudo()]);
  }
}

const sameContent = (a: string, b: string): boolean =>
  existsSync(a) && existsSync(b) && readRegular(a).equals(readRegular(b));

/* A run that was killed between the two steps did not run depmod. */
const isListed = (kernel: string, root: string): boolean =>
  readIfPossible(join(root, kernel, 'modules.dep'))
    ?.split('\n')
    .some((line) => line.startsWith(`${NAME}:`)) === true;

function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, {recursive: true});
  syncPath(dirname(folder));
}

async function depmod(kernel: string): Promise<void> {
  const {code, stderr} = await runCommand('depmod', [kernel]);
  if (code === 0) return;
  throw new UserError('EDEPMOD', `depmod failed for kernel ${kernel}`, {output: stderr.trimEnd()});
}

/* If the next step fails, restores the old state. */
async function replaceAnd(file: string, target: string, then: () => Promise<void>): Promise<void> {
  const old = `${target}.old-${process.pid}`;
  const hadOld = existsSync(target);
  if (hadOld) linkSync(target, old);
  try {
    replaceFile(file, target);
    await then();
  } catch (error) {
    if (hadOld) renameSync(old, target);
    else rmSync(target, {force: true});
    throw error;
  }
  rmSync(old, {force: true});
}

/** Installs the module for its kernel, unless the same one is installed. */
export async function installModule(
  file: string,
  kernel: string,
  root = MODULES_ROOT,
): Promise<string> {
  const target = installedFile(kernel, root);
  /* The lock ensures that no other run is active. */
  const wasKilled = dropLeftovers(target, () => true);
  if (sameContent(file, target)) {
    if (wasKilled || !isListed(kernel, root)) await depmod(kernel);
    return target;
  }
  makeFolder(dirname(target));
  await replaceAnd(file, target, () => depmod(kernel));
  return target;
}
