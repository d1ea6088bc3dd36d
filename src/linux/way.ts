// SPDX-License-Identifier: MIT
import {directoryOf, inDirectory} from '../domain/path.js';
import {readLinkIfPossible, realPathIfPossible} from './files.js';

const LINKS_MAX = 40;

/**
 * Every name on the way to a file, through symbolic links, by the folder that has it:
 * where one of them changes, the path leads to another file.
 */
export function wayTo(path: string): Map<string, Set<string>> {
  const way = new Map<string, Set<string>>();
  const start = path.startsWith('/') ? '' : (realPathIfPossible('.') ?? '');
  const names = `${start}/${path}`.split('/');
  let folder = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      folder = directoryOf(folder);
      continue;
    }
    way.set(folder, (way.get(folder) ?? new Set()).add(name));
    const target = readLinkIfPossible(inDirectory(folder, name));
    if (target === undefined) folder = inDirectory(folder, name);
    else if (++links > LINKS_MAX) break;
    else {
      names.unshift(...target.split('/'));
      if (target.startsWith('/')) folder = '/';
    }
  }
  return way;
}
