// SPDX-License-Identifier: MIT

export type Change = 'created' | 'updated' | 'removed' | 'unchanged';

/** A file, and what was done with it. */
export interface FileChange {
  path: string;
  change: Change;
}

/** The state of a systemd unit. */
export interface UnitState {
  enabled: boolean;
  active: boolean;
}

export interface UnitReport extends UnitState {
  name: string;
}

/** The result of installing or removing the service. */
export interface ServiceReport {
  files: FileChange[];
  units: UnitReport[];
  /** Whether anything changed. */
  changed: boolean;
}
