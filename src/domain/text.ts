// SPDX-License-Identifier: MIT

/*
 * File names are bytes. In strings, bytes that are not UTF-8 are lone low surrogates,
 * U+DC80 to U+DCFF for the bytes 0x80 to 0xff, so that nothing is lost.
 * JSON.stringify writes them as \udc80, a terminal shows \x80.
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

/** Text for consumers that need valid Unicode: bytes that are not UTF-8 become \xNN. */
export const unicodeText = (text: string): string =>
  text.isWellFormed() ? text : text.replace(/\p{Cs}/gu, escapeCharacter).toWellFormed();

/*
 * Characters that a terminal might interpret, hide or show as something else: control and
 * format characters (bidi overrides, zero width), all spaces but U+0020, fillers, unassigned
 * and private characters, and the backslash itself, so that an escape cannot be forged.
 */
const UNSAFE =
  /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\p{Default_Ignorable_Code_Point}]/gu;
/* Combining marks could strike out the previous character, and many of them have no width. */
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

/** Escapes untrusted text so that it is safe to print on one line of a terminal. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter).replace(EDGE, escapeCharacter);
}

/** The same for the name of a process, which must not forge the [PID] and < around it. */
export const escapeComm = (comm: string): string =>
  escapeText(comm).replace(/[[\]<>]/g, escapeCharacter);

/** The same for several lines, such as compiler output: keeps tabs and line feeds. */
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

/** The same for a command to be copied: its quoted words already contain escapes. */
export const escapeCommand = (command: string): string => command.replace(UNSAFE, keepBackslash);

/* A cheap test first: most texts contain none of them. */
const PLAIN_JSON = /^[\n\x20-\x7e]*$/;

const escapeUnits = (character: string): string =>
  character === '\\' || character === '\n'
    ? character
    : Array.from({length: character.length}, (_unit, at) => {
        const unit = character.charCodeAt(at);
        return `\\u${unit.toString(16).padStart(4, '0')}`;
      }).join('');

/** JSON with the same meaning that is safe to print on a terminal. */
export function safeJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return PLAIN_JSON.test(text) ? text : text.replace(UNSAFE, escapeUnits);
}

const keepBackslash = (character: string): string =>
  character === '\\' ? character : escapeCharacter(character);
