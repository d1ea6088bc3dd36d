// SPDX-License-Identifier: MIT
import {stdout} from 'node:process';

/** Columns of the terminal that a person looks at; no limit without one. */
export const terminalColumns = (): number => (stdout.isTTY ? stdout.columns : Infinity);
