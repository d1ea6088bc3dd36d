// SPDX-License-Identifier: MIT
/* Events in the Open Cybersecurity Schema Framework: File System Activity. */
import {OPS, REASONS, VERDICTS} from '../domain/names.js';
import {openFlagNames} from '../domain/open-flags.js';
import type {AccessRecord, EventRecord, GapRecord} from '../domain/records.js';
import {safeJson, unicodeText} from '../domain/text.js';
import {detailNames} from './event-json.js';
import {type EventOrigin, accessSentence, pathParts} from './event-origin.js';

/** The version of the schema. */
const OCSF_VERSION = '1.8.0';

const SYSTEM = {category_uid: 1, category_name: 'System Activity'};
const FILE_ACTIVITY = {class_uid: 1001, class_name: 'File System Activity'};
const BASE_EVENT = {class_uid: 0, class_name: 'Base Event'};
const OTHER = 99;

/* The activities of the class; other operations are "Other", with our own name. */
const ACTIVITIES: Record<string, readonly [number, string]> = {
  create: [1, 'Create'],
  read: [2, 'Read'],
  list: [2, 'Read'],
  write: [3, 'Update'],
  truncate: [3, 'Update'],
  delete: [4, 'Delete'],
  rename: [5, 'Rename'],
  attr: [6, 'Set Attributes'],
  mount: [12, 'Mount'],
};

const SEVERITIES = {
  informational: {severity_id: 1, severity: 'Informational'},
  low: {severity_id: 2, severity: 'Low'},
} as const;

const VERDICT = {
  allow: {
    ...SEVERITIES.informational,
    status_id: 1,
    status: 'Success',
    action_id: 1,
    action: 'Allowed',
    disposition_id: 1,
    disposition: 'Allowed',
  },
  deny: {
    ...SEVERITIES.low,
    status_id: 2,
    status: 'Failure',
    action_id: 2,
    action: 'Denied',
    disposition_id: 2,
    disposition: 'Blocked',
  },
} as const;

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n);

/* File types: folder, regular file, or unknown. */
const UNKNOWN = 0;
const REGULAR = 1;
const FOLDER = 2;

function fileOf(text: string, type_id: number): object {
  const {path, name, directory} = pathParts(unicodeText(text));
  return {path, name, parent_folder: directory, type_id};
}

const common = (record: EventRecord, {host, version, kernel}: EventOrigin) => ({
  time: milliseconds(record.time),
  metadata: {
    version: OCSF_VERSION,
    product: {name: 'fguard', vendor_name: 'fguard', version},
    profiles: ['security_control'],
    sequence: record.seq,
    log_name: 'fguard',
  },
  device: {
    hostname: host,
    type_id: UNKNOWN,
    os: {name: 'Linux', type_id: 200, kernel_release: kernel},
  },
});

const userOf = (uid: number, userName: (uid: number) => string) => ({
  uid: String(uid),
  name: userName(uid),
});

function actorOf(record: AccessRecord, {userName}: EventOrigin): object {
  const {exe, pid, tid, ppid, uid, loginuid} = record;
  return {
    process: {
      pid,
      tid,
      name: unicodeText(record.comm),
      ...(exe === null ? {} : {file: fileOf(exe, REGULAR)}),
      parent_process: {pid: ppid},
      user: userOf(uid, userName),
    },
    /* The user before su and sudo, if there is a login user. */
    user: userOf(loginuid ?? uid, userName),
  };
}

function activityOf(op: string): object {
  const [activity_id, activity_name] = ACTIVITIES[op] ?? [OTHER, op];
  const type = {type_uid: FILE_ACTIVITY.class_uid * 100 + activity_id};
  const type_name = `${FILE_ACTIVITY.class_name}: ${activity_name}`;
  return {...SYSTEM, ...FILE_ACTIVITY, activity_id, activity_name, ...type, type_name};
}

function accessDocument(record: AccessRecord, origin: EventOrigin): object {
  const [op, verdict] = [OPS.name(record.op), VERDICTS.name(record.verdict)];
  const {path, newPath, rule} = record;
  return {
    ...activityOf(op),
    ...common(record, origin),
    ...VERDICT[verdict === 'deny' ? 'deny' : 'allow'],
    status_detail: REASONS.name(record.reason),
    message: accessSentence(record.comm, record.pid, verdict, op, path),
    actor: actorOf(record, origin),
    file: fileOf(path, op === 'list' ? FOLDER : UNKNOWN),
    ...(newPath === null ? {} : {file_result: fileOf(newPath, UNKNOWN)}),
    ...(rule === 0 ? {} : {policy: {uid: String(rule)}}),
    unmapped: {op, flags: [...openFlagNames(record.openFlags), ...detailNames(record)]},
  };
}

const gapDocument = (record: GapRecord, origin: EventOrigin): object => ({
  category_uid: 0,
  category_name: 'Uncategorized',
  ...BASE_EVENT,
  activity_id: OTHER,
  activity_name: 'Gap',
  type_uid: OTHER,
  type_name: 'Base Event: Gap',
  ...common(record, origin),
  ...SEVERITIES.low,
  message: `${record.lost} events lost: reader too slow`,
  count: record.lost,
  start_time: milliseconds(record.from),
  end_time: milliseconds(record.to),
});

/** A line of `watch --format ocsf`. */
export const ocsfLine = (record: EventRecord, origin: EventOrigin): string =>
  `${safeJson(record.type === 'gap' ? gapDocument(record, origin) : accessDocument(record, origin))}\n`;
