// SPDX-License-Identifier: MIT
import {readLinkIfPossible, realPathIfPossible} from './files.js';

const LINKS_MAX = 40;

const join = (folder: string, name: string): string =>
  folder === '/' ? `/${name}` : `${folder}/${name}`;

const above = (folder: string): string => folder.slice(0, folder.lastIndexOf('/')) || '/';

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
      folder = above(folder);
      continue;
    }
    way.set(folder, (way.get(folder) ?? new Set()).add(name));
    const target = readLinkIfPossible(join(folder, name));
    if (target === undefined) folder = join(folder, name);
    else if (++links > LINKS_MAX) break;
    else {
      names.unshift(...target.split('/'));
      if (target.startsWith('/')) folder = '/';
    }
  }
  return way;
}
