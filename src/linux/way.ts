// SPDX-License-Identifier: MIT
import {directoryOf, inDirectory} from '../domain/path.js';
import {realPathIfPossible} from './files.js';
import {PathWalk} from './path-walk.js';

/**
 * Every name on the path to a file, including those of symbolic links on it, by directory:
 * if one of them changes, the path may lead to another file.
 */
export function wayTo(path: string): Map<string, Set<string>> {
  const way = new Map<string, Set<string>>();
  const add = (folder: string, name: string): void => {
    way.set(folder, (way.get(folder) ?? new Set()).add(name));
  };
  const start = path.startsWith('/') ? '' : (realPathIfPossible('.') ?? '');
  const walk = new PathWalk(`${start}/${path}`);
  for (const step of walk)
    if (step.path !== '/' && step.name !== '..') add(directoryOf(step.path), step.name);
  let folder = walk.here.path;
  for (const name of walk.rest) {
    if (name !== '..') add(folder, name);
    folder = name === '..' ? directoryOf(folder) : inDirectory(folder, name);
  }
  return way;
}
