// SPDX-License-Identifier: MIT
/*
 * The directories that an overlay is made of. The kernel knows which files of
 * theirs a file of the overlay is, but not so for anything else. Anything else can
 * be reached in the layers, past a rule about the overlay.
 */
import type {Unreached} from '../domain/object.js';
import {directoryOf} from '../domain/path.js';
import type {KernelRule} from '../domain/rule.js';
import {isDirectory, lstatIfPossible} from '../linux/files.js';
import {behind, type Mount, mountOf, readMounts, unescapeOctal} from '../linux/mounts.js';

type Guarded = Pick<KernelRule, 'path' | 'tree' | 'suffix'>;

/* A colon in a name has a backslash before it. */
const splitLayers = (text: string): string[] => text.match(/(?:[^:\\]|\\[^])+/g) ?? [];
const unescape = (text: string): string => text.replace(/\\([^])/g, '$1');

/* Layers after "::" hold data only, in files with other names. */
function layersOf(option: string): string[] {
  const [, key = '', value = ''] = /^(upperdir|lowerdir\+?)=([^]*)$/.exec(option) ?? [];
  if (key === '') return [];
  if (key !== 'lowerdir') return [unescape(value)];
  return splitLayers(value.split('::')[0] ?? '').map(unescape);
}

/** Where a path of an overlay is in its layers; empty for other file systems. */
export function layeredPaths(mounts: readonly Mount[], path: string): string[] {
  const mount = mountOf(mounts, path);
  if (mount === undefined) return [];
  const inside = (mount.root === '/' ? '' : mount.root) + (behind(mount.point, path) ?? '');
  return mount.options
    .split(',')
    .map(unescapeOctal)
    .flatMap(layersOf)
    .filter((layer) => layer.startsWith('/'))
    .map((layer) => layer.replace(/\/+$/, '') + inside || '/');
}

/* A suffix needs an existing directory; a name may be created later. */
const canBeGuarded = (path: string, {suffix}: Guarded): boolean =>
  isDirectory(suffix === null ? directoryOf(path) : path);

const covers = (rule: Guarded, wanted: Guarded, path: string): boolean => {
  if (rule.path === path && rule.suffix === wanted.suffix) return rule.tree || !wanted.tree;
  const isWide = rule.suffix === null ? rule.tree : rule.suffix === wanted.suffix;
  return isWide && (rule.path === null || behind(rule.path, path) !== undefined);
};

/** Where the object of a rule is in the layers of an overlay without a rule to guard it there. */
export function findLayers(rule: Guarded, rules: readonly Guarded[]): Unreached[] {
  const {path, tree, suffix} = rule;
  if (path === null || (!tree && suffix === null && lstatIfPossible(path)?.isFile() === true))
    return [];
  return layeredPaths(readMounts(), path)
    .filter((place) => canBeGuarded(place, rule))
    .filter((place) => !rules.some((other) => covers(other, rule, place)))
    .map((place) => ({path: place, isDirectory: tree || suffix !== null}));
}
