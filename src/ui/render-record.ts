// SPDX-License-Identifier: MIT
import type {EventRecord} from '../domain/records.js';
import {eventJson} from './event-json.js';
import {eventLine} from './event-line.js';
import {terminalColumns} from './terminal.js';

/** Turns records into lines, for a program or for a person in front of this terminal. */
export function recordRenderer(
  json: boolean,
  userName: (uid: number) => string,
): (record: EventRecord) => string {
  if (json) return (record) => eventJson(record, userName);
  return (record) => eventLine(record, userName, terminalColumns());
}
