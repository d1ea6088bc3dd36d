// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

import {LITTLE} from '../domain/packed-record.js';
import {decodePath, encodePath} from '../domain/text.js';
import {UserError} from '../domain/errors.js';
import {fguard_record as HEAD} from '../domain/uapi.gen.js';

const strlen = koffi.load(null).func('size_t strlen(void *text)') as KoffiFunc<
  (text: bigint) => number
>;

/** A string for the library: its bytes and a terminating NUL. */
export function cString(text: string): Buffer {
  /* The library would see a truncated string. */
  if (text.includes('\0'))
    throw new UserError('EINVAL', `${text} contains a NUL character, which no name can contain`);
  return Buffer.concat([encodePath(text), Buffer.of(0)]);
}

/** Copies a string of the library. */
function readString(pointer: bigint): string {
  return decodePath(Buffer.from(koffi.view(pointer, strlen(pointer))));
}

/** The same for one that may be NULL. */
export const optionalString = (pointer: bigint | null): string | null =>
  pointer === null ? null : readString(pointer);

/** The text in an array of bytes, up to a NUL or the end. */
export function arrayText(bytes: Iterable<number>): string {
  const buffer = Buffer.from([...bytes]);
  const end = buffer.indexOf(0);
  return decodePath(buffer, 0, end < 0 ? buffer.length : end);
}

/** An array of numbers for the library. */
export const numbers = (list: readonly number[]): number[] | null =>
  list.length === 0 ? null : [...list];

/** An array of strings for the library. */
export const strings = (texts: readonly string[]): Buffer[] | null =>
  texts.length === 0 ? null : texts.map(cString);

/** Copies an array of numbers of the library. */
export const readNumbers = (pointer: bigint | null, count: number): number[] =>
  pointer === null || count === 0
    ? []
    : Array.from(koffi.decode(pointer, 'uint32_t', count) as Iterable<number>);

/** Copies an array of strings of the library. */
export const readStrings = (pointer: bigint | null, count: number): string[] =>
  pointer === null || count === 0
    ? []
    : (koffi.decode(pointer, 'void *', count) as bigint[]).map(readString);

/** Copies a packed record of the library. */
export function readRecord(pointer: bigint): Uint8Array {
  const head = new DataView(koffi.view(pointer, HEAD.SIZE));
  return new Uint8Array(koffi.view(pointer, head.getUint16(HEAD.length, LITTLE)).slice(0));
}
