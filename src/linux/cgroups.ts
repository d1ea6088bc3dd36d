// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';

import {UserError} from '../domain/errors.js';
import {inDirectory} from '../domain/path.js';
import {shellWord} from '../domain/shell-word.js';
import {directories, isDirectory} from './files.js';

const ROOT = '/sys/fs/cgroup';
const UNIT = /^[^/]+\.(service|scope|slice|socket|mount|swap)$/;

const below = (root: string, path: string): string => `${root}/${path.replace(/^\/+/, '')}`;

/*
 * The units of the system are in its slices. Some units below are delegated: a user chooses
 * the names in user@1000.service, and a container those in its own scope.
 */
const isSlice = (path: string): boolean => path.endsWith('.slice');

/** The cgroups of system units with this name, at the lowest depth that has any. */
function findUnit(unit: string, root: string): string[] {
  const owner = statSync(root, {throwIfNoEntry: false})?.uid;
  const isOfSystem = (path: string): boolean =>
    statSync(path, {throwIfNoEntry: false})?.uid === owner;
  for (let level = [root]; level.length > 0; level = level.filter(isSlice)) {
    level = level
      .flatMap((parent) => directories(parent).map((name) => inDirectory(parent, name)))
      .filter(isOfSystem);
    const found = level.filter((path) => path.endsWith(`/${unit}`));
    if (found.length > 0) return found;
  }
  return [];
}

/** The directory of a cgroup given by its path, in the form of /proc/PID/cgroup, or by a unit. */
export function cgroupDirectory(text: string, root = ROOT): string {
  const isWhole = text === root || text.startsWith(`${root}/`);
  const path = (isWhole ? text : below(root, text)).replace(/\/+$/, '');
  const isUnit = UNIT.test(text);
  const found = isDirectory(path) ? [path] : isUnit ? findUnit(text, root) : [];
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first !== undefined)
    throw new UserError('EAMBIGUOUS', `several units are named ${text}: ${found.join(', ')}`);
  const next = isUnit ? [`systemctl status ${shellWord(text)}`] : ['systemd-cgls'];
  const message = isUnit
    ? `unit ${text} has no cgroup below ${root}: it is not running`
    : `no cgroup ${text} below ${root}`;
  throw new UserError('ENOENT', message, {next});
}
