// SPDX-License-Identifier: MIT
/* Reads an entry in the journal's native protocol, as the journal does. */
import {decodePath} from '../../src/domain/text.js';

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

/* One field, and where the next one begins. */
function fieldAt(bytes: Buffer, at: number): [name: string, value: string, next: number] {
  const end = bytes.indexOf('\n', at);
  const equals = bytes.indexOf('=', at);
  if (end < 0) throw new Error('no end of a line');
  if (equals >= 0 && equals < end)
    return [bytes.toString('latin1', at, equals), decodePath(bytes, equals + 1, end), end + 1];
  const start = end + 9;
  const stop = start + Number(bytes.readBigUInt64LE(end + 1));
  if (bytes[stop] !== 0x0a) throw new Error('no end of a value');
  return [bytes.toString('latin1', at, end), decodePath(bytes, start, stop), stop + 1];
}

/** The fields of an entry, in order. */
export function parseEntry(bytes: Buffer): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (let at = 0; at < bytes.length;) {
    const [name, value, next] = fieldAt(bytes, at);
    if (!NAME.test(name)) throw new Error(`the journal takes no field ${JSON.stringify(name)}`);
    fields.push([name, value]);
    at = next;
  }
  return fields;
}
