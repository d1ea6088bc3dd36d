// SPDX-License-Identifier: MIT
import fs from 'node:fs';
import {dirname} from 'node:path';

import type {FileChange} from '../../domain/service.js';
import {UserError} from '../../domain/errors.js';
import {readIfPossible} from '../../linux/files.js';
import {dropLeftovers, replaceText} from '../../linux/replace-file.js';
import {MARK} from './unit-text.js';
import {shellWord} from '../../domain/shell-word.js';

/** A file that the service needs. */
export interface WantedFile {
  path: string;
  text: string;
  mode: number;
}

/** A change that can be undone. */
export interface Undoable extends FileChange {
  undo: () => void;
}

const isOwn = (text: string): boolean => text.includes(MARK);

function write(path: string, text: string, mode: number): void {
  fs.mkdirSync(dirname(path), {recursive: true, mode: 0o755});
  replaceText(path, text, mode);
}

const notOurs = (path: string): UserError =>
  new UserError('EEXIST', `${path} already exists, and "fguard service install" did not write it`, {
    next: [`sudo mv ${shellWord(path)} ${shellWord(`${path}.old`)}`],
  });

/** Throws if another file is in its place. */
export function requireFree({path}: WantedFile): void {
  const text = readIfPossible(path);
  if (text !== undefined && !isOwn(text)) throw notOurs(path);
}

/** Writes a file unless it exists. */
export function placeFile({path, text, mode}: WantedFile): Undoable {
  dropLeftovers(path);
  const before = readIfPossible(path);
  if (before === text) return {path, change: 'unchanged', undo: () => undefined};
  write(path, text, mode);
  if (before === undefined)
    return {
      path,
      change: 'created',
      undo: () => {
        fs.rmSync(path);
      },
    };
  return {
    path,
    change: 'updated',
    undo: () => {
      write(path, before, mode);
    },
  };
}

/** Removes a file if we wrote it. */
export function removeFile(path: string): FileChange | undefined {
  dropLeftovers(path);
  const text = readIfPossible(path);
  if (text === undefined || !isOwn(text)) return undefined;
  fs.rmSync(path);
  return {path, change: 'removed'};
}
