// SPDX-License-Identifier: MIT
import {closeSync, openSync, readSync} from 'node:fs';

import {encodePath} from '../domain/text.js';
import {UserError} from '../errors.js';
import {statIfPossible} from './files.js';
import {resolveExisting} from './resolve-path.js';

/** Programs that do what a file or an argument tells them. */
const INTERPRETER =
  /^(?:(?:ba|da|z|k|mk|fi|c|tc|a|pdk)?sh|busybox|python[\d.]*|pypy[\d.]*|perl[\d.]*|node(?:js)?|deno|bun|ruby[\d.]*|lua(?:jit)?[\d.-]*|php[\d.]*(?:-cgi)?|[gmn]?awk|tclsh[\d.]*|wish[\d.]*|expect|guile[\d.-]*|java|mono|Rscript|R|sed|env|gdb|vim?(?:\.\w+)?|emacs[\w.-]*)$/;

function isScript(path: string): boolean {
  const start = Buffer.alloc(2);
  try {
    const fd = openSync(encodePath(path), 'r');
    readSync(fd, start);
    closeSync(fd);
  } catch {
    return false;
  }
  return start.toString() === '#!';
}

/** The executable behind a path, symbolic links followed. */
export function resolveExecutable(path: string): string {
  const resolved = resolveExisting(path);
  if (statIfPossible(resolved.path)?.isFile() === true) return resolved.path;
  throw new UserError('EACCES', `${path} is not an executable`);
}

/** Why an executable is less of a subject than it seems; undefined for an ordinary program. */
export function executableWarning(path: string): string | undefined {
  if (isScript(path))
    return `${path} is a script: the process that runs it has its interpreter as executable, so --exe does not let it in`;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!INTERPRETER.test(name)) return undefined;
  return `${path} runs whatever it is told: whoever may start it gets in with a script of their own`;
}
