// SPDX-License-Identifier: MIT
/* Events as text, one function for each part. */
import {OPS, REASONS, VERDICTS} from '../domain/names.js';
import type {AccessRecord, GapRecord} from '../domain/records.js';
import {escapeComm, escapeText} from '../domain/text.js';
import {clockTime} from '../domain/time.js';
import {detailNames} from './event-json.js';

type UserName = (uid: number) => string;

const ASKED = ['answer', 'default', 'expired', 'unaskable'];

/** The login user, and the user that the process runs as if that is another. */
function userText(record: AccessRecord, userName: UserName): string {
  const owner = escapeText(userName(record.uid));
  if (record.loginuid === null) return owner;
  const login = escapeText(userName(record.loginuid));
  return login === owner ? login : `${login}→${owner}`;
}

export const ruleText = (record: AccessRecord): string =>
  record.rule === 0 ? REASONS.name(record.reason) : `${REASONS.name(record.reason)} ${record.rule}`;

/* How the request ended. It comes before the path, so that a path cannot forge it. */
export function askedText(record: AccessRecord, isWide: boolean): string {
  const reason = REASONS.name(record.reason);
  const unseen = !isWide && ASKED.includes(reason) ? [reason] : [];
  const words = [...unseen, ...detailNames(record)];
  return words.length === 0 ? '' : `[${words.join(', ')}] `;
}

export function objectText(record: AccessRecord): string {
  return [record.path, ...(record.newPath === null ? [] : [record.newPath])]
    .map((path) => escapeText(path).replaceAll(' -> ', ' -\\x3e '))
    .join(' -> ');
}

export const whoText = (record: AccessRecord, userName: UserName): string =>
  `${escapeComm(record.comm)}[${record.pid}] ${userText(record, userName)}`;

/** The text of a line without its time and columns. */
export const accessWords = (record: AccessRecord, userName: UserName): string =>
  [
    VERDICTS.name(record.verdict),
    OPS.name(record.op),
    whoText(record, userName),
    ruleText(record),
    askedText(record, true) + objectText(record),
  ].join(' ');

export const gapWords = (record: GapRecord): string =>
  `${record.lost} events lost until ${clockTime(record.to)}: reader too slow`;
