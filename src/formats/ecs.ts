// SPDX-License-Identifier: MIT
/* Events in the Elastic Common Schema; facts for which it has no field are under "fguard". */
import {OPS, REASONS, VERDICTS} from '../domain/names.js';
import {openFlagNames} from '../domain/open-flags.js';
import type {AccessRecord, EventRecord, GapRecord} from '../domain/records.js';
import {safeJson, unicodeText} from '../domain/text.js';
import {isoTime} from '../domain/time.js';
import {detailNames} from './event-json.js';
import {type EventOrigin, accessSentence, pathParts} from './event-origin.js';

/** The version of the schema. */
export const ECS_VERSION = '9.4.0';

/* The schema's types of events about files. */
const TYPES: Record<string, string> = {
  create: 'creation',
  link: 'creation',
  delete: 'deletion',
  write: 'change',
  rename: 'change',
  truncate: 'change',
  attr: 'change',
  mount: 'change',
};

function fileOf(path: string): object {
  const {name, directory} = pathParts(path);
  const dot = name.lastIndexOf('.');
  return {path, name, directory, ...(dot > 0 ? {extension: name.slice(dot + 1)} : {})};
}

const common = (record: EventRecord, {host, version, kernel}: EventOrigin) => ({
  '@timestamp': isoTime(record.time),
  ecs: {version: ECS_VERSION},
  host: {name: host, os: {type: 'linux', kernel}},
  agent: {type: 'fguard', version},
});

const provenance = ({seq}: EventRecord) => ({
  module: 'fguard',
  provider: 'fguard',
  dataset: 'fguard.access',
  sequence: seq,
});

function processOf(record: AccessRecord): object {
  const {exe} = record;
  return {
    pid: record.pid,
    thread: {id: record.tid},
    parent: {pid: record.ppid},
    name: unicodeText(record.comm),
    ...(exe === null ? {} : {executable: unicodeText(exe)}),
    real_user: {id: String(record.uid)},
  };
}

/* The login user is the user before su and sudo; the schema has no field for it outside of sessions. */
function extras(record: AccessRecord, {userName}: EventOrigin): object {
  const {loginuid, newPath} = record;
  return {
    verdict: VERDICTS.name(record.verdict),
    flags: [...openFlagNames(record.openFlags), ...detailNames(record)],
    ...(newPath === null ? {} : {new_path: unicodeText(newPath)}),
    ...(loginuid === null ? {} : {login: {id: String(loginuid), name: userName(loginuid)}}),
  };
}

function accessDocument(record: AccessRecord, origin: EventOrigin): object {
  const [op, verdict] = [OPS.name(record.op), VERDICTS.name(record.verdict)];
  const [path, user] = [unicodeText(record.path), origin.userName(record.uid)];
  const login = record.loginuid === null ? [] : [origin.userName(record.loginuid)];
  return {
    ...common(record, origin),
    message: accessSentence(record.comm, record.pid, verdict, op, record.path),
    event: {
      kind: 'event',
      category: ['file'],
      type: [TYPES[op] ?? 'access'],
      action: op,
      outcome: verdict === 'allow' ? 'success' : 'failure',
      reason: REASONS.name(record.reason),
      ...provenance(record),
    },
    ...(record.rule === 0 ? {} : {rule: {id: String(record.rule)}}),
    file: fileOf(path),
    process: processOf(record),
    user: {id: String(record.uid), name: user},
    related: {user: [...new Set([user, ...login])]},
    fguard: extras(record, origin),
  };
}

/* The schema's kind for events lost in a pipeline. */
const gapDocument = (record: GapRecord, origin: EventOrigin): object => ({
  ...common(record, origin),
  message: `${record.lost} events lost: reader too slow`,
  event: {
    kind: 'pipeline_error',
    start: isoTime(record.from),
    end: isoTime(record.to),
    ...provenance(record),
  },
  fguard: {lost: record.lost},
});

/** A line of `watch --format ecs`. */
export const ecsLine = (record: EventRecord, origin: EventOrigin): string =>
  `${safeJson(record.type === 'gap' ? gapDocument(record, origin) : accessDocument(record, origin))}\n`;
