// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

import type {ServiceReport, UnitReport} from '../../domain/service.js';
import {UserError} from '../../domain/errors.js';
import {requireRoot} from '../../linux/privilege.js';
import {packageFile} from '../../linux/package-root.js';
import {makeFolders} from './folders.js';
import {type Undoable, type WantedFile, placeFile, requireFree} from './own-file.js';
import {MODULE_UNIT, type Places, UNITS, UNIT_FILES, isPackaged, placesBelow} from './places.js';
import {isChanged, unitReports} from './report.js';
import {requireSystemd, startUnit, systemctl, unitState} from './systemd.js';
import {MARK, unitText} from './unit-text.js';

/* A script of the package, with our mark after its first line. */
function hook(path: string, name: string): WantedFile {
  const text = readFileSync(packageFile(`packaging/${name}`), 'utf8');
  return {path, text: text.replace('\n', `\n# ${MARK}.\n`), mode: 0o755};
}

function wantedFiles(places: Places): WantedFile[] {
  if (isPackaged(places)) return [];
  const units = UNIT_FILES.map((name) => ({
    path: join(places.units, name),
    text: unitText(name),
    mode: 0o644,
  }));
  return [...units, ...Object.entries(places.hooks).map(([path, name]) => hook(path, name))];
}

/* This unit also fails if a rule has an error, but then the other rules are active. */
const isGuarding = async (): Promise<boolean> => (await unitState(MODULE_UNIT)).active;

async function start(name: string, signal: AbortSignal): Promise<UserError | undefined> {
  try {
    await startUnit(name, signal);
  } catch (error) {
    if (name !== UNITS[0] || !(error instanceof UserError) || signal.aborted) throw error;
    if (!(await isGuarding())) throw error;
    return new UserError(
      error.code,
      'the service is running, but some saved rules have errors and are not applied',
      {
        output: error.output,
        next: ['fguard check', `sudo systemctl start ${name}`],
      },
    );
  }
  return undefined;
}

async function enable(
  before: readonly UnitReport[],
  signal: AbortSignal,
): Promise<UserError | undefined> {
  await systemctl(['daemon-reload'], signal);
  await systemctl(['--quiet', 'enable', ...UNITS], signal);
  let lacking: UserError | undefined;
  for (const {name, active} of before)
    if (!active) lacking = (await start(name, signal)) ?? lacking;
  return lacking;
}

/* Does not stop what was active before, including a module that was loaded without the unit. */
const toStop = (before: readonly UnitReport[], wasLoaded: boolean): UnitReport[] =>
  before.filter(({name, active}) => !active && !(wasLoaded && name === UNITS[0])).toReversed();

/* Restores the state before a failed start. */
async function takeBack(
  done: readonly Undoable[],
  before: readonly UnitReport[],
  wasLoaded: boolean,
): Promise<void> {
  for (const {name} of toStop(before, wasLoaded))
    await systemctl(['stop', name]).catch(() => undefined);
  for (const {name, enabled} of before.toReversed())
    if (!enabled) await systemctl(['--quiet', 'disable', name]).catch(() => undefined);
  for (const {undo} of done.toReversed()) undo();
  await systemctl(['daemon-reload']);
  await systemctl(['reset-failed', ...UNIT_FILES]).catch(() => undefined);
}

/**
 * Installs, enables and starts the units, where that is not already the case. If a start
 * fails, or the signal is aborted, everything is undone.
 * @throws UserError on failure. If only some of the saved rules have errors, the service stays
 * installed, because the other rules are active.
 */
export async function installService(
  signal: AbortSignal,
  places = placesBelow('/'),
): Promise<ServiceReport> {
  requireRoot('installing the service');
  requireSystemd(places);
  const wanted = wantedFiles(places);
  wanted.forEach(requireFree);
  const before = await unitReports();
  const wasLoaded = existsSync(places.module);
  const done: Undoable[] = makeFolders(places);
  let lacking: UserError | undefined;
  try {
    for (const file of wanted) done.push(placeFile(file));
    lacking = await enable(before, signal);
  } catch (error) {
    await takeBack(done, before, wasLoaded);
    throw error;
  }
  if (lacking !== undefined) throw lacking;
  const files = done.map(({path, change}) => ({path, change}));
  const units = await unitReports();
  return {files, units, changed: isChanged(files, before, units)};
}
