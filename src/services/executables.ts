// SPDX-License-Identifier: MIT
import {closeSync, constants, openSync, readSync} from 'node:fs';

import type {AllowedExecutable, ExecutableKind} from '../domain/explanation.js';
import type {KernelRule} from '../domain/rule.js';
import {lastName} from '../domain/path.js';
import {encodePath} from '../domain/text.js';
import {UserError} from '../domain/errors.js';
import {statIfPossible} from '../linux/files.js';
import {overwriterWarning, overwriters} from '../linux/overwriters.js';
import {wholePath} from '../linux/whole-path.js';
import {resolveExisting, resolvePath} from '../linux/resolve-path.js';

/** Programs that run whatever script or command they are given. */
const INTERPRETER =
  /^(?:(?:ba|da|z|k|mk|fi|c|tc|a|pdk)?sh|busybox|python[\d.]*|pypy[\d.]*|perl[\d.]*|node(?:js)?|deno|bun|ruby[\d.]*|lua(?:jit)?[\d.-]*|php[\d.]*(?:-cgi)?|[gmn]?awk|tclsh[\d.]*|wish[\d.]*|expect|guile[\d.-]*|java|mono|Rscript|R|sed|env|gdb|vim?(?:\.\w+)?|ld(?:-[\w.-]+)?\.so[\d.]*|emacs[\w.-]*)$/;

function isScript(path: string): boolean {
  const start = Buffer.alloc(2);
  try {
    const fd = openSync(encodePath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    readSync(fd, start);
    closeSync(fd);
  } catch {
    return false;
  }
  return start.toString() === '#!';
}

const requireFile = (path: string, resolved: string): string => {
  if (statIfPossible(resolved)?.isFile() === true) return resolved;
  throw new UserError('EACCES', `${path} is not an executable`);
};

/** The executable behind a path, symbolic links followed. */
export const resolveExecutable = (path: string): string =>
  requireFile(path, resolveExisting(path).path);

/** The same for one that may not be installed yet. */
export function findExecutable(path: string): {path: string; exists: boolean} {
  try {
    const {path: found, exists} = resolvePath(path);
    return {path: exists ? requireFile(path, found) : found, exists};
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'ENOENT' || path === '') throw error;
    return {path: wholePath(path), exists: false};
  }
}

function executableKind(path: string): ExecutableKind {
  if (isScript(path)) return 'script';
  return INTERPRETER.test(lastName(path)) ? 'interpreter' : 'program';
}

const WHY: Record<ExecutableKind, (path: string) => string> = {
  script: (path) =>
    `${path} is a script: its process has the interpreter as its executable, so --exe does not allow it`,
  interpreter: (path) =>
    `${path} runs any script it is given: anyone who can run it can use it to bypass the rule`,
  program: (path) =>
    `${path} can be made to load other code (LD_PRELOAD, plug-ins): anyone who can run it can inject a library`,
};

/** Why allowing an executable allows more than it seems; empty for an ordinary program. */
export function executableWarnings(path: string): string[] {
  const kind = executableKind(path);
  const overwritten = overwriterWarning(path) ?? [];
  return (kind === 'program' ? [] : [WHY[kind](path)]).concat(overwritten);
}

/* A rule that binds only its subjects allows all others. */
const letIn = ({exes, against}: KernelRule): readonly string[] => (against ? [] : exes);

/** Warnings about the executables that rules allow, each listed once. */
export function allowedExecutables(rules: readonly KernelRule[]): AllowedExecutable[] {
  return [...new Set(rules.flatMap(letIn))].map((exe) => {
    const kind = executableKind(exe);
    const ids = rules.filter((rule) => letIn(rule).includes(exe)).map(({id}) => id);
    return {exe, kind, rules: ids, why: WHY[kind](exe), overwriters: overwriters(exe)};
  });
}
