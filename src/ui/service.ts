// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';
import type {ServiceReport, UnitReport} from '../domain/service.js';
import {strong} from './paint.js';

function unitLine({name, enabled, active}: UnitReport): string {
  const state = [enabled ? 'enabled' : 'not enabled', active ? 'active' : 'not active'];
  return `${strong(name)}: ${state.join(', ')}`;
}

/** The result of installing or removing, for a person. */
export function serviceLines({files, units, changed}: ServiceReport): string[] {
  const touched = files.filter(({change}) => change !== 'unchanged');
  return [
    ...(changed ? [] : ['nothing to do']),
    ...touched.map(({path, change}) => `${change} ${escapeText(path)}`),
    ...units.map(unitLine),
  ];
}
