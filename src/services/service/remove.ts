// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {join} from 'node:path';

import type {FileChange, ServiceReport} from '../../domain/service.js';
import {UserError} from '../../domain/errors.js';
import {requireRoot} from '../../linux/privilege.js';
import {removeEmptyFolders} from './folders.js';
import {removeFile} from './own-file.js';
import {type Places, UNITS, isPackaged, placesBelow} from './places.js';
import {isChanged, unitReports} from './report.js';
import {requireSystemd, systemctl} from './systemd.js';

/* systemctl does not report a failed ExecStop=. */
function requireUnloaded(module: string): void {
  if (!existsSync(module)) return;
  throw new UserError('EBUSY', 'the service was stopped, but the module is still loaded', {
    next: ['sudo fguard unload', 'systemctl status fguard.service'],
  });
}

async function stop(places: Places, module: string): Promise<void> {
  const known = UNITS.filter((name) =>
    [places.units, places.packaged].some((folder) => existsSync(join(folder, name))),
  ).toReversed();
  if (known.length === 0) return;
  await systemctl('stop', ...known);
  requireUnloaded(module);
  await systemctl('--quiet', 'disable', ...known);
}

/* Files of a package are removed with the package. */
function removeFiles(places: Places): FileChange[] {
  const paths = [...UNITS.map((name) => join(places.units, name)), ...Object.keys(places.hooks)];
  const files = paths.map(removeFile).filter((file) => file !== undefined);
  return isPackaged(places) ? files : [...files, ...removeEmptyFolders(places)];
}

/** Stops and disables the units, and removes what installing wrote. */
export async function removeService(
  places = placesBelow('/'),
  module = '/sys/module/fguard',
): Promise<ServiceReport> {
  requireRoot('removing the service');
  requireSystemd(places);
  const before = await unitReports();
  await stop(places, module);
  const files = removeFiles(places);
  await systemctl('daemon-reload');
  const units = await unitReports();
  return {files, units, changed: isChanged(files, before, units)};
}
