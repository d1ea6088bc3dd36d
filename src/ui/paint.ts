// SPDX-License-Identifier: MIT
import chalk, {type ChalkInstance} from 'chalk';

/* Colour only for a person: chalk looks at the terminal, NO_COLOR comes from no-color.org. */
const coloured = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '';

if (!coloured) chalk.level = 0;

const VERDICT: Record<string, ChalkInstance> = {deny: chalk.red.bold, allow: chalk.green};
const STATE: Record<string, ChalkInstance> = {
  active: chalk.green,
  idle: chalk.dim,
  missing: chalk.red,
};

const plain = (text: string): string => text;

export const paintVerdict = (verdict: string, text = verdict): string =>
  (VERDICT[verdict] ?? plain)(text);

export const paintState = (state: string): string => (STATE[state] ?? plain)(state);

export const dim = (text: string): string => chalk.dim(text);
export const strong = (text: string): string => chalk.bold(text);
export const warn = (text: string): string => chalk.yellow(text);
