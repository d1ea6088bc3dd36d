// SPDX-License-Identifier: MIT
import {durationText} from '../domain/duration.js';
import {escapeComm, escapeText} from '../domain/text.js';
import {statePaint, strong, warn} from './paint.js';
import type {WaitingDocument} from '../formats/question-json.js';
import type {StatusDocument} from '../formats/status-document.js';
import {type Cell, renderTable} from './table.js';

const HEAD = ['function', 'operations', 'state'];
const WAITING_HEAD = ['request', 'process', 'operation', 'object', 'time left'];

const waitingRow = (question: WaitingDocument): Cell[] => [
  [{text: question.id}, {text: `rule ${question.rule}`}],
  [{text: `${escapeComm(question.comm)}[${question.pid}]`}],
  [{text: question.op}],
  [
    {text: escapeText(question.path)},
    ...(question.newPath === null ? [] : [{text: `-> ${escapeText(question.newPath)}`}]),
  ],
  [{text: durationText(question.leftMs)}, {text: `then ${question.default}`}],
];

/* Pending requests are the most urgent information. */
function waitingLines({questions, answerers}: StatusDocument): string[] {
  if (questions.length === 0) return [];
  const noun = questions.length === 1 ? 'pending request' : 'pending requests';
  const advice = answerers === 0 ? '; run `sudo fguard ask` to answer' : '';
  return [
    warn(`${questions.length} ${noun}${advice}`),
    renderTable(WAITING_HEAD, questions.map(waitingRow)),
  ];
}

/* They will not be applied at the next boot. */
const unsafeLines = ({unsafeRules}: StatusDocument): string[] =>
  unsafeRules.map(({reason}) =>
    warn(`some saved rules are not applied: ${escapeText(reason)}; run \`fguard doctor\``),
  );

type Hook = StatusDocument['hooks'][number];

const hookRow = (hook: Hook): Cell[] => [
  [{text: escapeText(hook.function)}],
  [{text: hook.ops.join(' ')}],
  [{text: hook.state, paint: statePaint(hook.state)}],
];

const STATES = ['active', 'idle', 'missing'];

function hooksText(hooks: readonly Hook[]): string {
  const counts = STATES.map(
    (name) => [name, hooks.filter(({state}) => state === name).length] as const,
  );
  return counts
    .filter(([name, count]) => count > 0 || name === 'active')
    .map(([name, count]) => `${count} ${count > 0 ? statePaint(name)(name) : name}`)
    .join(', ');
}

/** @param all whether hooks are listed one by one; those that are missing always are */
export function renderStatus(status: StatusDocument, all = false): string {
  const {module, counters} = status;
  const hooks = status.hooks.filter(({state}) => all || state === 'missing');
  const {allowed, denied, events, lost, asked, expired} = counters;
  return [
    `${strong('module')}       loaded, version ${escapeText(module.version)}, protocol ${module.abi}${module.locked ? ', locked until reboot' : ''}`,
    `${strong('kernel')}       ${module.kernel}`,
    `${strong('rules')}        ${status.rules}`,
    `${strong('subscribers')}  ${status.subscribers}`,
    `${strong('answerers')}    ${status.answerers}`,
    `${strong('counters')}     ${allowed} allowed, ${denied} denied, ${asked} asked, ${expired} expired, ${events} events, ${lost} lost`,
    `${strong('hooks')}        ${hooksText(status.hooks)}`,
    ...unsafeLines(status),
    ...waitingLines(status),
    ...(hooks.length === 0 ? [] : [renderTable(HEAD, hooks.map(hookRow))]),
  ].join('\n');
}
