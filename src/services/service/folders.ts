// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, readdirSync, rmdirSync} from 'node:fs';
import {join} from 'node:path';

import type {FileChange} from '../../domain/service.js';
import type {Undoable} from './own-file.js';
import type {Places} from './places.js';

/* The outer one first. */
const folders = ({configuration}: Places): string[] => [
  configuration,
  join(configuration, 'rules.d'),
];

/** The configuration directories, created if missing. */
export function makeFolders(places: Places): Undoable[] {
  return folders(places)
    .filter((path) => !existsSync(path))
    .map((path) => {
      mkdirSync(path, {mode: 0o755, recursive: true});
      return {
        path,
        change: 'created',
        undo: () => {
          rmdirSync(path);
        },
      };
    });
}

/** Removes those directories that are empty. */
export function removeEmptyFolders(places: Places): FileChange[] {
  const removed: FileChange[] = [];
  for (const path of folders(places).toReversed()) {
    if (!existsSync(path) || readdirSync(path).length > 0) continue;
    rmdirSync(path);
    removed.push({path, change: 'removed'});
  }
  return removed;
}
