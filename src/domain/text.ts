// SPDX-License-Identifier: MIT

/*
 * File names are bytes. Those that are not UTF-8 travel in a string as lone
 * low surrogates, U+DC80 to U+DCFF for the bytes 0x80 to 0xff, so that nothing
 * is lost: JSON.stringify writes them as \udc80, a terminal shows \x80.
 */
const BYTE_BASE = 0xdc00;
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

const sequenceLength = (lead: number): number =>
  lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

function decodeOne(bytes: Buffer, at: number, end: number): [string, number] {
  const length = sequenceLength(bytes[at] ?? 0);
  const part = bytes.subarray(at, Math.min(at + length, end));
  const text = part.toString('utf8');
  if (!text.includes(REPLACEMENT) || part.equals(REPLACEMENT_BYTES)) return [text, part.length];
  return [String.fromCharCode(BYTE_BASE + (bytes[at] ?? 0)), 1];
}

/** Decodes a file name; encodePath() gives the same bytes back. */
export function decodePath(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes(REPLACEMENT)) return text;
  let result = '';
  for (let at = start; at < end;) {
    const [piece, length] = decodeOne(bytes, at, end);
    result += piece;
    at += length;
  }
  return result;
}

/** The bytes of a file name. */
export function encodePath(path: string): Buffer {
  if (path.isWellFormed()) return Buffer.from(path);
  const parts = Array.from(path, (character) => {
    const code = character.charCodeAt(0);
    const isByte = character.length === 1 && code >= BYTE_BASE + 0x80 && code <= BYTE_BASE + 0xff;
    return isByte ? Buffer.of(code - BYTE_BASE) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** Text for those who take nothing but Unicode: bytes that are not UTF-8 become \xNN. */
export const unicodeText = (text: string): string =>
  text.isWellFormed() ? text : text.replace(/\p{Cs}/gu, escapeCharacter).toWellFormed();

/*
 * What a terminal might act on, hide or show as something else: control and
 * format characters (bidi overrides, zero width), every space but the plain
 * one, fillers, unassigned and private characters, and the backslash itself,
 * so that an escape cannot be feigned.
 */
const UNSAFE =
  /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\p{Default_Ignorable_Code_Point}]/gu;
/* Marks would strike out what stands before, and many of them take no cell at all. */
const EDGE = /^[ \p{M}]|[ ]$|(?<=\/)\p{M}|(?<=\p{M}{4})\p{M}/gu;
const SHORT: Record<string, string> = {'\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t'};

const hex = (code: number): string => code.toString(16).padStart(2, '0');

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code)}`;
  if (code >= BYTE_BASE + 0x80 && code <= BYTE_BASE + 0xff) return `\\x${hex(code - BYTE_BASE)}`;
  return `\\u{${hex(code)}}`;
}

/** Text from others, made safe to print on one line of a terminal. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter).replace(EDGE, escapeCharacter);
}

/** The same for the name of a process, which is not to feign the [PID] and < around it. */
export const escapeComm = (comm: string): string =>
  escapeText(comm).replace(/[[\]<>]/g, escapeCharacter);

/** The same for several lines, such as a compiler's message: tabs and line ends stay. */
export const escapeLines = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      line
        .split('\t')
        .map((part) => part.replace(UNSAFE, keepBackslash))
        .join('\t'),
    )
    .join('\n');

/** The same for a command that is to be copied: a quoted word of it has backslashes of its own. */
export const escapeCommand = (command: string): string => command.replace(UNSAFE, keepBackslash);

/* Before the class: most texts hold none of them. */
const PLAIN_JSON = /^[\n\x20-\x7e]*$/;

const escapeUnits = (character: string): string =>
  character === '\\' || character === '\n'
    ? character
    : Array.from({length: character.length}, (_unit, at) => {
        const unit = character.charCodeAt(at);
        return `\\u${unit.toString(16).padStart(4, '0')}`;
      }).join('');

/** JSON that may be shown on a terminal: it says the same, and hides or does nothing there. */
export function safeJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return PLAIN_JSON.test(text) ? text : text.replace(UNSAFE, escapeUnits);
}

const keepBackslash = (character: string): string =>
  character === '\\' ? character : escapeCharacter(character);
