// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import type {ServiceReport, UnitReport} from '../../domain/service.js';
import {requireRoot} from '../../linux/privilege.js';
import {packageFile} from '../../linux/package-root.js';
import {makeFolders} from './folders.js';
import {type Undoable, type WantedFile, placeFile, requireFree} from './own-file.js';
import {type Places, UNITS, isPackaged, placesBelow} from './places.js';
import {isChanged, unitReports} from './report.js';
import {requireSystemd, startUnit, systemctl} from './systemd.js';
import {MARK, unitText} from './unit-text.js';

/* A script of the package, with our mark behind its first line. */
function hook(path: string, name: string): WantedFile {
  const text = readFileSync(packageFile(`packaging/${name}`), 'utf8');
  return {path, text: text.replace('\n', `\n# ${MARK}.\n`), mode: 0o755};
}

function wantedFiles(places: Places): WantedFile[] {
  if (isPackaged(places)) return [];
  const units = UNITS.map((name) => ({
    path: join(places.units, name),
    text: unitText(name),
    mode: 0o644,
  }));
  return [...units, ...Object.entries(places.hooks).map(([path, name]) => hook(path, name))];
}

async function enable(before: readonly UnitReport[]): Promise<void> {
  await systemctl('daemon-reload');
  await systemctl('--quiet', 'enable', ...UNITS);
  for (const {name, active} of before) if (!active) await startUnit(name);
}

/* Undoes everything after a failed start. */
async function takeBack(done: readonly Undoable[], before: readonly UnitReport[]): Promise<void> {
  for (const {name, enabled, active} of before.toReversed()) {
    if (!active) await systemctl('stop', name).catch(() => undefined);
    if (!enabled) await systemctl('--quiet', 'disable', name).catch(() => undefined);
  }
  for (const {undo} of done.toReversed()) undo();
  await systemctl('daemon-reload');
  await systemctl('reset-failed', ...UNITS).catch(() => undefined);
}

/** Installs, enables and starts the units as far as needed. If a start fails, everything is undone. */
export async function installService(places = placesBelow('/')): Promise<ServiceReport> {
  requireRoot('installing the service');
  requireSystemd(places);
  const wanted = wantedFiles(places);
  wanted.forEach(requireFree);
  const before = await unitReports();
  const done: Undoable[] = makeFolders(places);
  try {
    for (const file of wanted) done.push(placeFile(file));
    await enable(before);
  } catch (error) {
    await takeBack(done, before);
    throw error;
  }
  const files = done.map(({path, change}) => ({path, change}));
  const units = await unitReports();
  return {files, units, changed: isChanged(files, before, units)};
}
