// SPDX-License-Identifier: MIT

export type Change = 'created' | 'updated' | 'removed' | 'unchanged';

/** What became of a file. */
export interface FileChange {
  path: string;
  change: Change;
}

/** How a unit of systemd stands. */
export interface UnitState {
  enabled: boolean;
  active: boolean;
}

export interface UnitReport extends UnitState {
  name: string;
}

/** What installing or removing the service did. */
export interface ServiceReport {
  files: FileChange[];
  units: UnitReport[];
  /** Whether anything is other than before. */
  changed: boolean;
}
