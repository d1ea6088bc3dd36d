// SPDX-License-Identifier: MIT
import {stdout} from 'node:process';

/** The size of the terminal; a serial console reports 0 columns and rows. */
export const terminalSize = (): {columns: number; rows: number} => ({
  columns: stdout.columns || 80,
  rows: stdout.rows || 24,
});

/** Columns of the terminal; unlimited without one. */
export const terminalColumns = (): number => (stdout.isTTY ? terminalSize().columns : Infinity);
