// SPDX-License-Identifier: MIT
import {DETAILS, OPS, REASONS, VERDICTS} from '../domain/names.js';
import {openFlagNames} from '../domain/open-flags.js';
import type {AccessRecord, EventRecord, GapRecord} from '../domain/records.js';
import {isoTime} from '../domain/time.js';
import {safeJson} from '../domain/text.js';

type UserName = (uid: number) => string;

/** Details of a reason, such as "no-answerer". */
export const detailNames = ({detail}: AccessRecord): string[] =>
  detail === 0 ? [] : [DETAILS.name(detail)];

export function accessDocument(record: AccessRecord, userName: UserName) {
  const {loginuid} = record;
  return {
    type: 'access',
    seq: record.seq,
    time: isoTime(record.time),
    op: OPS.name(record.op),
    verdict: VERDICTS.name(record.verdict),
    reason: REASONS.name(record.reason),
    rule: record.rule === 0 ? null : record.rule,
    pid: record.pid,
    tid: record.tid,
    ppid: record.ppid,
    comm: record.comm,
    exe: record.exe,
    uid: record.uid,
    loginuid,
    user: loginuid === null ? null : userName(loginuid),
    path: record.path,
    newPath: record.newPath,
    flags: [...openFlagNames(record.openFlags), ...detailNames(record)],
  };
}

export const gapDocument = (record: GapRecord) => ({
  type: 'gap',
  seq: record.seq,
  lost: record.lost,
  from: isoTime(record.from),
  to: isoTime(record.to),
});

/** A line of `watch --json`. */
export const eventJson = (record: EventRecord, userName: UserName): string =>
  `${safeJson(record.type === 'gap' ? gapDocument(record) : accessDocument(record, userName))}\n`;
