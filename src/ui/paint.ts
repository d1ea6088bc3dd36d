// SPDX-License-Identifier: MIT
import chalk, {type ChalkInstance} from 'chalk';

type Paint = (text: string) => string;

/* Colour only for a person: chalk looks at the terminal, NO_COLOR comes from no-color.org. */
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

export const paintVerdict = (verdict: string, text = verdict): string =>
  (VERDICT[verdict] ?? plain)(text);

export const paintState = (state: string, text = state): string => (STATE[state] ?? plain)(text);

export const dim = painter(chalk.dim);
export const strong = painter(chalk.bold);
export const warn = painter(chalk.yellow);
