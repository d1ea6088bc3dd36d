// SPDX-License-Identifier: MIT
import {fileErrorText} from '../domain/errno.js';
import {UserError, notPermitted, wrongUsage} from '../domain/errors.js';
import {inDirectory} from '../domain/path.js';
import {requireOwnLinks} from './foreign-link.js';
import {errorCode, isDirectory, lstat, readLinkIfPossible, realPath} from './files.js';
import {withSudo} from './privilege.js';

/** An object named on the command line, as the kernel needs it: absolute and without symbolic links. */
export interface ResolvedPath {
  path: string;
  exists: boolean;
  isDirectory: boolean;
}

const LINKS_MAX = 40;

const REASONS: Record<string, (path: string) => string> = {
  ENOENT: (path) => `the directory ${path} does not exist`,
  ENOTDIR: (path) => `${path}: it, or a component of it, is not a directory`,
  ELOOP: (path) => `${path}: too many symbolic links`,
  ENAMETOOLONG: (path) => `${path}: the name is too long`,
};

const isErrno = (code: string): boolean => /^E[A-Z\d]+$/.test(code);

function unreachable(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === 'EACCES') return notPermitted(`${path}: permission denied`, [withSudo()]);
  const reason = REASONS[code];
  if (reason !== undefined) return new UserError(code, reason(path));
  /* such as a failing disk or a server that does not answer */
  return isErrno(code) ? new UserError(code, `${path}: ${fileErrorText(code)}`) : error;
}

/** The real path, or undefined if it does not exist; every other error names the path. */
function real(path: string): string | undefined {
  try {
    return realPath(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unreachable(error, path);
  }
}

function realDirectory(path: string): string {
  try {
    const directory = realPath(path);
    if (isDirectory(directory)) return directory;
  } catch (error) {
    throw unreachable(error, path);
  }
  throw new UserError('ENOTDIR', `${path} is not a directory`);
}

function split(path: string): {directory: string; name: string} {
  const plain = path.replace(/\/+$/, '');
  const slash = plain.lastIndexOf('/');
  const directory = slash < 0 ? '.' : slash === 0 ? '/' : plain.slice(0, slash);
  return {directory, name: plain.slice(slash + 1)};
}

/* A missing file needs an existing directory, and a dangling link stands for its target. */
function resolveMissing(path: string, links: number): ResolvedPath {
  const {directory, name} = split(path);
  if (name === '' || name === '.' || name === '..')
    throw new UserError('ENOENT', `${path} does not exist`);
  const found = inDirectory(realDirectory(directory), name);
  const target = readLinkIfPossible(found);
  if (target === undefined) return {path: found, exists: false, isDirectory: false};
  if (links === 0) throw new UserError('ELOOP', `${path}: too many symbolic links`);
  const next = target.startsWith('/') ? target : inDirectory(split(found).directory, target);
  return resolvePath(next, links - 1);
}

/** Resolves a path that may not exist yet, in a directory that does. */
export function resolvePath(path: string, links = LINKS_MAX): ResolvedPath {
  if (path === '') throw wrongUsage('a path must not be empty');
  const found = real(path);
  if (found === undefined) return resolveMissing(path, links);
  return {path: found, exists: true, isDirectory: isDirectory(found)};
}

/** Resolves a path that must exist. */
export function resolveExisting(path: string): ResolvedPath {
  const resolved = resolvePath(path);
  requireExisting(resolved, path);
  return resolved;
}

/** Throws if the resolved path does not exist. */
export function requireExisting({exists}: ResolvedPath, path: string): void {
  if (!exists) throw new UserError('ENOENT', `${path} does not exist`);
}

/* Whether the last component is a plain name: not ".", "..", or empty after a slash. */
const isPlain = (path: string): boolean => path.startsWith('/') && !/(?:^|\/)\.{0,2}$/.test(path);

/**
 * Resolves a path from a file.
 * @throws UserError also if a user's link leads to an object that the user does not own
 */
export function resolveWritten(path: string): ResolvedPath {
  const resolved = resolvePath(path);
  if (path.startsWith('/')) requireOwnLinks(path);
  return resolved;
}

/** Resolves many paths from files at one time, looking up common directories only once. */
export class PathResolver {
  /* Undefined for directories behind a user's link: paths there are resolved one by one. */
  private readonly directories = new Map<string, string | undefined>();

  resolve(path: string): ResolvedPath {
    return (isPlain(path) ? this.quickly(path) : undefined) ?? resolveWritten(path);
  }

  /* Undefined if the slow way is needed: for a link, or to report an error. */
  private quickly(path: string): ResolvedPath | undefined {
    try {
      const {directory, name} = split(path);
      const real = this.directory(directory);
      if (real === undefined) return undefined;
      const found = inDirectory(real, name);
      const stat = lstat(found);
      if (stat === undefined) return {path: found, exists: false, isDirectory: false};
      if (stat.isSymbolicLink()) return undefined;
      return {path: found, exists: true, isDirectory: stat.isDirectory()};
    } catch {
      return undefined;
    }
  }

  private directory(path: string): string | undefined {
    if (this.directories.has(path)) return this.directories.get(path);
    const real = realDirectory(path);
    const found = real !== path && requireOwnLinks(path) ? undefined : real;
    this.directories.set(path, found);
    return found;
  }
}
