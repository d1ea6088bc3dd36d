// SPDX-License-Identifier: MIT
/*
 * Directories that this program builds in, stores files in, or executes from: only root
 * and the user who runs it may be able to change them. HOME, TMPDIR and similar variables
 * may come from a less privileged user, as after `su`, so the paths they name are checked.
 */
import fs from 'node:fs';
import {userInfo} from 'node:os';
import {isAbsolute, join} from 'node:path';

import {encodePath} from '../domain/text.js';
import {fileErrorText} from '../domain/errno.js';
import {UserError} from '../domain/errors.js';
import {entries, errorCode} from './files.js';
import {PathWalk, type Step} from './path-walk.js';
import {isProcess} from './proc.js';
import {wholePath} from './whole-path.js';

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;
const FUSE = 0x65735546;

const self = (): number => process.geteuid?.() ?? 0;

/** A place that others can change, and with it everything below. */
export interface Foreign {
  path: string;
  reason: string;
}

/** The result of walking a path. */
interface Walk {
  /** Why others can control what is there; undefined if they cannot. */
  reason: string | undefined;
  /** The place that the reason is about. */
  place: string;
  /** The path without symbolic links, as far as it exists. */
  real: string;
  /** The remaining components, which do not exist yet. */
  missing: string[];
  /** Others can add entries to this directory, but not change ours (sticky bit). */
  isSticky: boolean;
}

/* The owner of a FUSE mount controls the ownership shown in it. */
function isMountedByAnother(fd: number, isDirectory: boolean): boolean {
  if (fs.statfsSync(`/proc/self/fd/${fd}${isDirectory ? '/.' : ''}`).type !== FUSE) return false;
  const id = /^mnt_id:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const mount = mounts.find((line) => line.startsWith(`${id} `)) ?? '';
  const user = / - fuse\S* .*\buser_id=(\d+)/.exec(mount)?.[1] ?? '0';
  return ![0, self()].includes(Number(user));
}

function complaint({path, fd, stat}: Step): string | undefined {
  if (stat.uid !== 0 && stat.uid !== self()) return `${path} belongs to user ${stat.uid}`;
  if (stat.isSymbolicLink()) return undefined;
  const isShared = stat.isDirectory() && (stat.mode & STICKY) !== 0;
  if ((stat.mode & OTHERS_MAY_WRITE) !== 0 && !isShared) return `other users can write to ${path}`;
  if (isMountedByAnother(fd, stat.isDirectory())) return `another user mounted ${path}`;
  return undefined;
}

function walk(path: string): Walk {
  const steps = new PathWalk(path);
  let place = '/';
  let reason: string | undefined;
  for (const step of steps) {
    place = step.path;
    reason = complaint(step);
    if (reason !== undefined) break;
  }
  if (steps.hasTooManyLinks) reason = `${place}: too many symbolic links`;
  const {path: real, stat} = steps.here;
  return {reason, place, real, missing: steps.rest, isSticky: (stat.mode & OTHERS_MAY_WRITE) !== 0};
}

/** Why others can control what is at a path; undefined if they cannot, or nothing is there. */
export const whyForeign = (path: string): string | undefined =>
  isAbsolute(path) ? walk(path).reason : `${path} is not an absolute path`;

/** The component of a path that others can change, if there is one. */
export function findForeign(path: string): Foreign | undefined {
  const {reason, place} = walk(wholePath(path));
  return reason === undefined ? undefined : {path: place, reason};
}

const foreign = (what: string, reason: string, next: readonly string[]): UserError =>
  new UserError('EUNSAFE', `${what} is not safe to use: ${reason}`, {next});

/** A path without symbolic links. @throws UserError if others can control what is there */
export function requireOwn(path: string, next: readonly string[] = []): string {
  if (!isAbsolute(path)) throw foreign(path, 'it is not an absolute path', next);
  const {reason, real, missing} = walk(path);
  if (reason !== undefined) throw foreign(path, reason, next);
  return join(real, ...missing);
}

/* One component at a time: in a world-writable directory, another user may put a link there. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(encodePath(folder), {mode: 0o755});
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EEXIST')
      throw new UserError(code, `cannot create ${folder}: ${fileErrorText(code)}`);
  }
}

/**
 * Creates a directory and its missing parents such that only this user can change them.
 * @returns its path without symbolic links
 */
export function makeOwnFolder(path: string, next: readonly string[] = []): string {
  const whole = requireOwn(path, next);
  for (;;) {
    const {reason, real, missing, isSticky} = walk(whole);
    if (reason !== undefined) throw foreign(path, reason, next);
    const [name] = missing;
    if (name !== undefined) makeFolder(join(real, name));
    else if (isSticky) throw foreign(path, 'other users can write to it', next);
    else return real;
  }
}

const isUsable = (path: string | undefined): path is string =>
  path !== undefined && isAbsolute(path) && whyForeign(path) === undefined;

/** This user's home directory, not the one inherited in the environment. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (self() !== 0 && isUsable(env.HOME)) return env.HOME;
  try {
    return userInfo().homedir;
  } catch {
    return '/nonexistent';
  }
}

/** The directory for a kind of files below the home directory, such as .cache. */
export function userFolder(
  kind: 'cache' | 'config' | 'data',
  env: NodeJS.ProcessEnv = process.env,
): string {
  const chosen = env[`XDG_${kind.toUpperCase()}_HOME`];
  if (isUsable(chosen)) return chosen;
  return join(homeFolder(env), kind === 'data' ? '.local/share' : `.${kind}`);
}

/** The directory for temporary files: TMPDIR, unless others can change what is in it. */
export function temporaryFolder(env: NodeJS.ProcessEnv = process.env): string {
  return requireOwn(isUsable(env.TMPDIR) && fs.existsSync(env.TMPDIR) ? env.TMPDIR : '/tmp');
}

/* Leftovers of killed runs. Only ours: another user could swap the content of theirs meanwhile. */
function sweep(place: string, prefix: string): void {
  for (const {name, isDirectory} of entries(place)) {
    const pid = name.startsWith(prefix) ? /^\d+(?=-)/.exec(name.slice(prefix.length)) : null;
    if (pid === null || !isDirectory || isProcess(pid[0])) continue;
    const folder = join(place, name);
    if (fs.lstatSync(encodePath(folder), {throwIfNoEntry: false})?.uid === self())
      fs.rmSync(encodePath(folder), {recursive: true, force: true});
  }
}

/** Creates an empty directory that only this user can access, and removes those of killed runs. */
export function makeScratchFolder(prefix: string): string {
  const place = temporaryFolder();
  sweep(place, prefix);
  return fs.mkdtempSync(join(place, `${prefix}${process.pid}-`));
}
