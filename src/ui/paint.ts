// SPDX-License-Identifier: MIT
import chalk, {type ChalkInstance} from 'chalk';

/** Takes only one argument, because Array.map() also passes an index. */
export type Paint = (text: string) => string;

/* Colour only on a terminal; for NO_COLOR see no-color.org. */
const coloured = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '';

const plain: Paint = (text) => text;
const painter = (style: ChalkInstance): Paint => (coloured ? (text) => style(text) : plain);

const VERDICT: Record<string, Paint> = {deny: painter(chalk.red.bold), allow: painter(chalk.green)};
const STATE: Record<string, Paint> = {
  active: painter(chalk.green),
  idle: painter(chalk.dim),
  missing: painter(chalk.red),
  ok: painter(chalk.green),
  warning: painter(chalk.yellow),
  failed: painter(chalk.red.bold),
  unknown: painter(chalk.dim),
};

/** The colour of a verdict, or of a text about one. */
export const verdictPaint = (verdict: string): Paint => VERDICT[verdict] ?? plain;
export const paintVerdict = (verdict: string): string => verdictPaint(verdict)(verdict);

/** The same for the states of hooks and checks. */
export const statePaint = (state: string): Paint => STATE[state] ?? plain;

export const dim = painter(chalk.dim);
export const strong = painter(chalk.bold);
export const warn = painter(chalk.yellow);
