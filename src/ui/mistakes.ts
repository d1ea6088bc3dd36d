// SPDX-License-Identifier: MIT
import type {Mistake} from '../domain/mistake.js';
import {escapeText} from '../domain/text.js';
import {strong} from './paint.js';

/** An error in the format of compilers, so that editors find the place. */
export const mistakeLine = ({file, line, column, message}: Mistake): string =>
  `${strong(`${escapeText(file)}:${line}:${column}:`)} ${escapeText(message)}`;

/** The same for a warning. */
export const warningLine = (mistake: Mistake): string =>
  mistakeLine({...mistake, message: `warning: ${mistake.message}`});

/** The same for an error, which escapes what it shows. */
export const mistakeText = (mistakes: readonly Mistake[]): string =>
  mistakes
    .map(({file, line, column, message}) => `${file}:${line}:${column}: ${message}`)
    .join('\n');

/** How many of something there are. */
export const countText = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
