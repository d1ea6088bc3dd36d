// SPDX-License-Identifier: MIT
import type {Problems} from '../domain/problems.js';
import {escapeText} from '../domain/text.js';
import {mistakeText} from './mistakes.js';
import {objectText} from './object-text.js';

/** The output for monitoring: a line for each problem. */
export const problemLines = ({mistakes, rules, others}: Problems): string[] => [
  ...mistakes.map((one) => escapeText(mistakeText([one]))),
  ...rules.map(({match, why}) => `${objectText(match)}: ${why}`),
  ...others.map(escapeText),
];
