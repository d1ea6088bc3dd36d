// SPDX-License-Identifier: MIT
import {encodePath} from '../domain/text.js';

/** A field of an entry: its name (capital letters, digits, underscores) and its value. */
export type JournalField = readonly [name: string, value: string];

const NEWLINE = Buffer.from('\n');

function length64(bytes: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return length;
}

/* A value preceded by its length may contain anything; the form NAME=VALUE cannot contain a line feed. */
function encodeField([name, value]: JournalField): Buffer {
  const bytes = encodePath(value);
  const parts = bytes.includes('\n')
    ? [Buffer.from(`${name}\n`), length64(bytes), bytes]
    : [Buffer.from(`${name}=`), bytes];
  return Buffer.concat([...parts, NEWLINE]);
}

/** An entry in the journal's native protocol. A field may occur several times. */
export const journalEntry = (fields: readonly JournalField[]): Buffer =>
  Buffer.concat(fields.map(encodeField));
