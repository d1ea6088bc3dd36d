// SPDX-License-Identifier: MIT
import type {Unreached} from '../domain/object.js';
import type {KernelRule} from '../domain/rule.js';
import {isDirectory} from '../linux/files.js';
import {behind, type Mount, mountOf, type Place, placeOf, readMounts} from '../linux/mounts.js';

type Guarded = Pick<KernelRule, 'path' | 'tree' | 'suffix'>;

/** The mount below a mount point, skipping mounts stacked at the same place. */
function beneath(mounts: readonly Mount[], {parent, point}: Mount): Mount | undefined {
  const found = mounts.find(({id}) => id === parent);
  return found?.point === point ? beneath(mounts, found) : found;
}

/* Not hidden by a later mount on it or on a directory on the way to it. */
function isVisible(mounts: readonly Mount[], mount: Mount): boolean {
  if (mountOf(mounts, mount.point) !== mount) return false;
  const found = beneath(mounts, mount);
  if (found === undefined) return true;
  const others = mounts.filter(({point}) => point !== mount.point);
  return mountOf(others, mount.point) === found && isVisible(mounts, found);
}

const mountsBelow = (mounts: readonly Mount[], path: string): Mount[] =>
  mounts.filter(
    (mount) =>
      mount.point !== path && behind(path, mount.point) !== undefined && isVisible(mounts, mount),
  );

/* A rule that guards everything below its path, or the same suffix there. */
const isAsWide = (rule: Guarded, suffix: string | null): boolean =>
  rule.suffix === null ? rule.tree : rule.suffix === suffix;

/** File systems on which the module guards nothing. */
const UNKNOWABLE = ['proc', 'sysfs'];

const shows = (mount: Mount, place: Place | undefined): boolean =>
  place?.device === mount.device && behind(place.inside, mount.root) !== undefined;

/**
 * The mounts below a guarded object that no rule covers. A mount that shows part
 * of a guarded directory a second time is covered.
 */
export function unreachedMounts(
  mounts: readonly Mount[],
  {path, tree, suffix}: Guarded,
  rules: readonly Guarded[],
): string[] {
  if (path === null || (suffix === null && !tree)) return [];
  const wide = rules.filter((rule) => isAsWide(rule, suffix));
  if (wide.some((rule) => rule.path === null)) return [];
  const places = wide.flatMap((rule) => rule.path ?? []).map((own) => placeOf(mounts, own));
  return mountsBelow(mounts, path)
    .filter(({type}) => !UNKNOWABLE.includes(type))
    .filter((mount) => !places.some((place) => shows(mount, place)))
    .map(({point}) => point);
}

/** The same for the current mounts; a mounted single file matters only for a tree. */
export function findUnreached(rule: Guarded, rules: readonly Guarded[]): Unreached[] {
  const isNamed = (path: string): boolean => rules.some((other) => other.path === path);
  return unreachedMounts(readMounts(), rule, rules)
    .map((path) => ({path, isDirectory: isDirectory(path)}))
    .filter(({path, isDirectory}) => isDirectory || (rule.suffix === null && !isNamed(path)));
}
