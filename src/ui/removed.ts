// SPDX-License-Identifier: MIT
import type {KernelRule} from '../domain/rule.js';
import {objectText} from './object-text.js';
import {strong} from './paint.js';

export const removedLine = (rule: KernelRule): string =>
  `${strong(`rule ${rule.id}`)} removed; it guarded ${objectText(rule)}`;
