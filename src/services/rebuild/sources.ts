// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readFileSync, readdirSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';

import {packageFile} from '../../linux/package-root.js';
import type {KernelTree} from '../../linux/kernel-tree.js';

const SOURCE = /\.(c|h|S)$|^(Kbuild|Makefile)$/;

/* Leftovers of an earlier build in place are not sources. */
const GENERATED = '.mod.c';

/** The module's source files, relative to kmod/. */
export function moduleSources(folder = packageFile('kmod')): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name) && !entry.name.endsWith(GENERATED))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

export function copySources(target: string, folder = packageFile('kmod')): string[] {
  const files = moduleSources(folder);
  for (const file of files) {
    mkdirSync(dirname(join(target, file)), {recursive: true});
    copyFileSync(join(folder, file), join(target, file));
  }
  return files;
}

/**
 * Identifies a build by all that goes into it: sources, kernel, compiler.
 * @param compiler the --version of the compiler
 */
export function fingerprint(
  tree: KernelTree,
  compiler: string,
  folder = packageFile('kmod'),
): string {
  const hash = createHash('sha256');
  const add = (part: string | Buffer): void => {
    hash.update(`${part.length}:`).update(part);
  };
  for (const file of moduleSources(folder)) {
    add(file);
    add(readFileSync(join(folder, file)));
  }
  add(tree.kernel);
  add(tree.compilerText);
  add(compiler);
  add(tree.symbols);
  add(JSON.stringify([...(tree.config ?? [])]));
  return hash.digest('hex').slice(0, 32);
}
