// SPDX-License-Identifier: MIT
import type {EventRecord} from '../domain/records.js';
import {ecsLine} from '../formats/ecs.js';
import {eventJson} from '../formats/event-json.js';
import {eventLine} from './event-line.js';
import type {EventOrigin} from '../formats/event-origin.js';
import {ocsfLine} from '../formats/ocsf.js';
import {terminalColumns} from './terminal.js';

type RenderRecord = (record: EventRecord) => string;

/** Formats of external schemas. */
export const LOG_FORMATS = {ecs: ecsLine, ocsf: ocsfLine} as const;

export type LogFormat = keyof typeof LOG_FORMATS;

export const isLogFormat = (name: string): name is LogFormat => Object.hasOwn(LOG_FORMATS, name);

/** Turns records into lines for a log. */
export const logRenderer =
  (format: LogFormat, origin: EventOrigin): RenderRecord =>
  (record) =>
    LOG_FORMATS[format](record, origin);

/** Turns records into lines, for a program or for a person in front of this terminal. */
export function recordRenderer(json: boolean, userName: EventOrigin['userName']): RenderRecord {
  if (json) return (record) => eventJson(record, userName);
  return (record) => eventLine(record, userName, terminalColumns());
}
