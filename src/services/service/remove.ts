// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {join} from 'node:path';

import type {FileChange, ServiceReport, UnitReport, UnitState} from '../../domain/service.js';
import {UserError, interrupted} from '../../domain/errors.js';
import {requireRoot} from '../../linux/privilege.js';
import {removeEmptyFolders} from './folders.js';
import {removeFile} from './own-file.js';
import {MODULE_UNIT, type Places, UNITS, UNIT_FILES, isPackaged, placesBelow} from './places.js';
import {isChanged, unitReports} from './report.js';
import {requireSystemd, systemctl, unitState} from './systemd.js';

/* "systemctl stop" succeeds even if the stop command of a unit has failed. */
function requireUnloaded({module}: Places): void {
  if (!existsSync(module)) return;
  throw new UserError('EBUSY', 'the service was stopped, but the module is still loaded', {
    next: ['sudo fguard unload --force', `systemctl status ${MODULE_UNIT}`],
  });
}

/* If no unit is enabled or active, something other than the service loaded the module. */
const isInUse = (before: readonly UnitReport[], moduleUnit: UnitState): boolean =>
  moduleUnit.active || before.some(({enabled, active}) => enabled || active);

async function stop(
  places: Places,
  before: readonly UnitReport[],
  signal: AbortSignal,
): Promise<void> {
  const known = UNIT_FILES.filter((name) =>
    [places.units, places.packaged].some((folder) => existsSync(join(folder, name))),
  ).toReversed();
  if (known.length === 0) return;
  const inUse = isInUse(before, await unitState(MODULE_UNIT));
  await systemctl(['stop', ...known], signal);
  if (inUse) requireUnloaded(places);
  const enabled = UNITS.filter((name) => known.includes(name)).toReversed();
  await systemctl(['--quiet', 'disable', ...enabled], signal);
}

/* Files of a package are removed with the package. */
function removeFiles(places: Places): FileChange[] {
  const paths = [
    ...UNIT_FILES.map((name) => join(places.units, name)),
    ...Object.keys(places.hooks),
  ];
  const files = paths.map(removeFile).filter((file) => file !== undefined);
  return isPackaged(places) ? files : [...files, ...removeEmptyFolders(places)];
}

/**
 * Stops and disables the units, and removes what installing wrote.
 * @param signal once aborted, no further step is started; running it again completes the removal
 */
export async function removeService(
  signal: AbortSignal,
  places = placesBelow('/'),
): Promise<ServiceReport> {
  requireRoot('removing the service');
  requireSystemd(places);
  const before = await unitReports();
  await stop(places, before, signal);
  const files = removeFiles(places);
  await systemctl(['daemon-reload']);
  await systemctl(['reset-failed', ...UNIT_FILES]).catch(() => undefined);
  if (signal.aborted) throw interrupted();
  const units = await unitReports();
  return {files, units, changed: isChanged(files, before, units)};
}
