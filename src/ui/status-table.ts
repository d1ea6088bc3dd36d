// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';
import {paintState, strong} from './paint.js';
import type {StatusDocument} from './status-document.js';
import {renderTable} from './table.js';

const HEAD = ['function', 'operations', 'state'];

export function renderStatus(status: StatusDocument): string {
  const {module, counters} = status;
  const hooks = status.hooks.map((hook) => [
    [{text: escapeText(hook.function)}],
    [{text: hook.ops.join(' ')}],
    [{text: hook.state, paint: paintState}],
  ]);
  const {allowed, denied, events, lost} = counters;
  return [
    `${strong('module')}       loaded, version ${escapeText(module.version)}, protocol ${module.abi}`,
    `${strong('kernel')}       ${module.kernel}`,
    `${strong('rules')}        ${status.rules}`,
    `${strong('subscribers')}  ${status.subscribers}`,
    `${strong('counters')}     ${allowed} allowed, ${denied} denied, ${events} events, ${lost} lost`,
    renderTable(HEAD, hooks),
  ].join('\n');
}
