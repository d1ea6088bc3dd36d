// SPDX-License-Identifier: MIT
/* Finds positions in a valid JSON text; JSON.parse() reports syntax errors. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** The positions of a value and of its key. */
export interface JsonSpot {
  at: number;
  key: number | undefined;
}

function stringEnd(text: string, at: number): number {
  for (let i = at + 1; ; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE || Number.isNaN(code)) return i + 1;
    if (code === BACKSLASH) i += 1;
  }
}

/* Space, comma and colon are all that separates values. */
const isGap = (code: number): boolean => code <= SPACE || code === 0x2c || code === 0x3a;

function skipGap(text: string, at: number): number {
  let i = at;
  while (i < text.length && isGap(text.charCodeAt(i))) i++;
  return i;
}

const isOpening = (character: string | undefined): boolean =>
  character === '{' || character === '[';
const isClosing = (character: string | undefined): boolean =>
  character === '}' || character === ']';

function wordEnd(text: string, at: number): number {
  let i = at;
  while (i < text.length && !isGap(text.charCodeAt(i)) && !isClosing(text[i])) i++;
  return i;
}

/** Calls back for each bracket, string and word of a text, until the callback ends it. */
function scan(text: string, from: number, see: (at: number, end: number) => boolean): number {
  for (let at = skipGap(text, from); at < text.length;) {
    const character = text[at];
    const isBracket = isOpening(character) || isClosing(character);
    const end = isBracket ? at + 1 : character === '"' ? stringEnd(text, at) : wordEnd(text, at);
    if (see(at, end)) return end;
    at = skipGap(text, end);
  }
  return text.length;
}

function valueEnd(text: string, at: number): number {
  let depth = 0;
  return scan(text, at, (start) => {
    if (isOpening(text[start])) depth += 1;
    else if (isClosing(text[start])) depth -= 1;
    return depth === 0;
  });
}

const plainKey = (text: string, at: number, end: number): string => {
  const raw = text.slice(at + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(at, end)) as string) : raw;
};

/** The positions of the members of an object or the items of a list; empty for other values. */
export function jsonMembers(text: string, at: number): Map<string, JsonSpot> {
  const members = new Map<string, JsonSpot>();
  const isObject = text[at] === '{';
  if (!isObject && text[at] !== '[') return members;
  for (let i = skipGap(text, at + 1); i < text.length && !isClosing(text[i]);) {
    const keyEnd = isObject ? stringEnd(text, i) : i;
    const name = isObject ? plainKey(text, i, keyEnd) : String(members.size);
    const value = isObject ? skipGap(text, keyEnd) : i;
    members.set(name, {at: value, key: isObject ? i : undefined});
    i = skipGap(text, valueEnd(text, value));
  }
  return members;
}

/** The position of the first character that is not white space. */
export const jsonStart = (text: string): number => skipGap(text, 0);

const isKey = (text: string, end: number): boolean => {
  let i = end;
  while (text.charCodeAt(i) <= SPACE) i++;
  return text[i] === ':';
};

/** The positions of repeated keys, of which JSON.parse() would silently use the last. */
export function jsonTwins(text: string): number[] {
  const twins: number[] = [];
  const open: (Set<string> | undefined)[] = [];
  scan(text, 0, (at, end) => {
    const character = text[at];
    if (isOpening(character)) open.push(character === '{' ? new Set() : undefined);
    else if (isClosing(character)) open.pop();
    else if (character === '"' && isKey(text, end)) {
      const seen = open.at(-1);
      const key = plainKey(text, at, end);
      if (seen?.has(key) === true) twins.push(at);
      else seen?.add(key);
    }
    return false;
  });
  return twins;
}
