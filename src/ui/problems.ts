// SPDX-License-Identifier: MIT
import type {Problems} from '../domain/problems.js';
import {escapeText} from '../domain/text.js';
import {mistakeText} from './mistakes.js';
import {objectText} from './object-text.js';

const STATES = {
  missing: 'the saved rule is not active',
  changed: 'the active rule differs from the saved one',
};

/** What a monitor shows: a line for each problem. */
export const problemLines = ({mistakes, rules, pending, others}: Problems): string[] => [
  ...mistakes.map((one) => escapeText(mistakeText([one]))),
  ...rules.map(({state, ...object}) => `${objectText(object)}: ${STATES[state]}`),
  ...pending.map(({why, ...object}) => `${objectText(object)}: ${why}`),
  ...others.map(escapeText),
];
