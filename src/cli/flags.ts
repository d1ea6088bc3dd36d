// SPDX-License-Identifier: MIT
/* Converts flag values to domain values; every error names the flag and the value. */
import {parseDuration} from '../domain/duration.js';
import {type Names, OPS, VERDICTS} from '../domain/names.js';
import {encodePath} from '../domain/text.js';
import {wrongUsage} from '../domain/errors.js';
import {FGUARD_TIMEOUT_MAX, FGUARD_NAME_MAX} from '../domain/uapi.gen.js';

/* The kernel's limit for process ids on 64-bit machines. */
const PID_MAX = 2 ** 22;
/* setTimeout() is limited to 31 bits. */
const WAIT_MAX = 2 ** 31 - 1;
const COUNT_MAX = Number.MAX_SAFE_INTEGER;

const NOUNS = new Map([
  [OPS, 'operation'],
  [VERDICTS, 'verdict'],
]);

function wholeNumber(flag: string, text: string, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= max) return value;
  throw wrongUsage(`${flag} ${text}: expected a whole number from 1 to ${max}`);
}

export const toPid = (text: string, flag = '--pid'): number => wholeNumber(flag, text, PID_MAX);

export const toCount = (flag: string, text: string): number => wholeNumber(flag, text, COUNT_MAX);

export const toAnswerId = (text: string): number => wholeNumber('--forget', text, COUNT_MAX);

/** The mask for a list such as read,write; without the flag 0, which means all. */
export function toMask(flag: string, names: Names, text: string | undefined): number {
  if (text === undefined) return 0;
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => names.value(word) === undefined);
  if (unknown === undefined) return names.toMask(words);
  throw wrongUsage(
    `${flag}: unknown ${NOUNS.get(names) ?? 'value'} "${unknown}"; expected one of ${names.list.join(', ')}`,
  );
}

export function toMilliseconds(flag: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw wrongUsage(
    `${flag} ${text}: expected a duration such as 500ms, 10s, 5m or 1h, of at most 36500 days`,
  );
}

/** A time that this process waits. */
export function toWait(flag: string, text: string): number {
  const milliseconds = toMilliseconds(flag, text);
  if (milliseconds <= WAIT_MAX) return milliseconds;
  throw wrongUsage(`${flag} ${text}: at most 24 days are possible`);
}

/** The time a question may wait. */
export function toTimeout(flag: string, text: string): number {
  const milliseconds = toMilliseconds(flag, text);
  if (milliseconds <= FGUARD_TIMEOUT_MAX) return milliseconds;
  throw wrongUsage(`${flag} ${text}: at most one day is possible`);
}

const SUFFIX_MAX = 255;

export function toSuffix(suffix: string): string {
  const length = encodePath(suffix).length;
  if (length > 0 && length <= SUFFIX_MAX && !suffix.includes('/')) return suffix;
  throw wrongUsage(`--suffix "${suffix}": expected the end of a file name, such as .docx`);
}

/** A rule's name, which must not look like an id or a path. */
export function toRuleName(text: string): string {
  if (text === '') throw wrongUsage('--name must not be empty');
  if (/^\d+$/.test(text))
    throw wrongUsage(`--name ${text}: a name cannot be a number, because numbers are rule ids`);
  if (text.includes('/'))
    throw wrongUsage(`--name ${text}: a name cannot contain a slash, because paths do`);
  if (Buffer.byteLength(text) > FGUARD_NAME_MAX)
    throw wrongUsage(`--name ${text}: at most ${FGUARD_NAME_MAX} bytes are possible`);
  return text;
}

export function toKernel(text: string): string {
  if (/^[\w.+~-]+$/.test(text) && !/^\.+$/.test(text)) return text;
  throw wrongUsage(`--kernel ${text}: expected a kernel version, as in /lib/modules`);
}
