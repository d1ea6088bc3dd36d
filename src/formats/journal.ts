// SPDX-License-Identifier: MIT
/* Events as entries of the systemd journal: a sentence, and the keys of the JSON event as fields. */
import {VERDICTS} from '../domain/names.js';
import type {JournalField} from './journal-entry.js';
import type {AccessRecord, EventRecord, GapRecord} from '../domain/records.js';
import {accessDocument, gapDocument} from './event-json.js';
import {accessWords, gapWords} from './event-words.js';

type UserName = (uid: number) => string;

/** The MESSAGE_ID of entries about accesses, and of those about gaps. */
export const JOURNAL_IDS = {
  access: '2b4a345088c84aa894a04fe79d3383e3',
  gap: '4b6be378ee6d40e4a49678e3493a2735',
} as const;

/* Syslog priorities. journald limits the rate of each one separately, so denied accesses cannot crowd out a gap. */
const PRIORITY = {error: '3', warning: '4', information: '6'} as const;

/* newPath becomes FGUARD_NEW_PATH. */
const fieldName = (key: string): string =>
  `FGUARD_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;

type Value = string | number | null;

/* A list becomes one field for each value; null becomes none. */
const keyFields = (document: Readonly<Record<string, Value | Value[]>>): JournalField[] =>
  Object.entries(document).flatMap(([key, value]) =>
    [value]
      .flat()
      .filter((one) => one !== null)
      .map((one): JournalField => [fieldName(key), String(one)]),
  );

const head = (
  type: keyof typeof JOURNAL_IDS,
  priority: string,
  message: string,
): JournalField[] => [
  ['MESSAGE', message],
  ['MESSAGE_ID', JOURNAL_IDS[type]],
  ['PRIORITY', priority],
  ['SYSLOG_IDENTIFIER', 'fguard'],
];

const accessFields = (record: AccessRecord, userName: UserName): JournalField[] => {
  const isDenied = VERDICTS.name(record.verdict) === 'deny';
  const priority = isDenied ? PRIORITY.warning : PRIORITY.information;
  return [
    ...head('access', priority, accessWords(record, userName)),
    ['OBJECT_PID', String(record.pid)],
    ...keyFields(accessDocument(record, userName)),
  ];
};

const gapFields = (record: GapRecord): JournalField[] => [
  ...head('gap', PRIORITY.error, gapWords(record)),
  ...keyFields(gapDocument(record)),
];

/** The entry of `watch --format journal` for an event. */
export const journalFields = (record: EventRecord, userName: UserName): JournalField[] =>
  record.type === 'gap' ? gapFields(record) : accessFields(record, userName);
