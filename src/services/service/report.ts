// SPDX-License-Identifier: MIT
import type {FileChange, UnitReport} from '../../domain/service.js';
import {UNITS} from './places.js';
import {unitState} from './systemd.js';

/** The current state of the units. */
export const unitReports = (): Promise<UnitReport[]> =>
  Promise.all(UNITS.map(async (name) => ({name, ...(await unitState(name))})));

/** Whether neither the state of the units nor a file changed. */
export function isChanged(
  files: readonly FileChange[],
  before: readonly UnitReport[],
  now: readonly UnitReport[],
): boolean {
  return (
    files.some(({change}) => change !== 'unchanged') ||
    now.some(
      ({enabled, active}, n) => enabled !== before[n]?.enabled || active !== before[n].active,
    )
  );
}
