// SPDX-License-Identifier: MIT
import ansis, {type Ansis} from 'ansis';

type Paint = (text: string) => string;

/* Colour only for a person: ansis looks at the terminal, NO_COLOR comes from no-color.org. */
const coloured = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '';

const plain: Paint = (text) => text;
const painter = (style: Ansis): Paint => (coloured ? (text) => style(text) : plain);

const VERDICT: Record<string, Paint> = {deny: painter(ansis.red.bold), allow: painter(ansis.green)};
const STATE: Record<string, Paint> = {
  active: painter(ansis.green),
  idle: painter(ansis.dim),
  missing: painter(ansis.red),
};

export const paintVerdict = (verdict: string, text = verdict): string =>
  (VERDICT[verdict] ?? plain)(text);

export const paintState = (state: string): string => (STATE[state] ?? plain)(state);

export const dim = painter(ansis.dim);
export const strong = painter(ansis.bold);
export const warn = painter(ansis.yellow);
