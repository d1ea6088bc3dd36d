// SPDX-License-Identifier: MIT
import type {Mistake} from '../domain/mistake.js';
import {escapeText} from '../domain/text.js';
import {strong} from './paint.js';

/** An error in the format of compilers, so that editors can jump to the place. */
export const mistakeLine = ({file, line, column, message}: Mistake): string =>
  `${strong(`${escapeText(file)}:${line}:${column}:`)} ${escapeText(message)}`;

/** The same for a warning. */
export const warningLine = (mistake: Mistake): string =>
  mistakeLine({...mistake, message: `warning: ${mistake.message}`});

/** The same for the output of a UserError, which is escaped when it is printed. */
export const mistakeText = (mistakes: readonly Mistake[]): string =>
  mistakes
    .map(({file, line, column, message}) => `${file}:${line}:${column}: ${message}`)
    .join('\n');

/** A number with its noun. */
export const countText = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
