// SPDX-License-Identifier: MIT
import {stdout} from 'node:process';

/** What the person looks at; a serial console says that it has no columns and no rows. */
export const terminalSize = (): {columns: number; rows: number} => ({
  columns: stdout.columns || 80,
  rows: stdout.rows || 24,
});

/** Columns of the terminal that a person looks at; no limit without one. */
export const terminalColumns = (): number => (stdout.isTTY ? terminalSize().columns : Infinity);
