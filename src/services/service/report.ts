// SPDX-License-Identifier: MIT
import type {FileChange, UnitReport} from '../../domain/service.js';
import {UNITS} from './places.js';
import {unitState} from './systemd.js';

/** How the units stand now. */
export const unitReports = (): Promise<UnitReport[]> =>
  Promise.all(UNITS.map(async (name) => ({name, ...(await unitState(name))})));

/** Whether the units stand as before, and no file changed. */
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
