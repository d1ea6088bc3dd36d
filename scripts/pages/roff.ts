// SPDX-License-Identifier: MIT
// Writes manual pages in the format of man(7).
import type {Block} from './markdown.js';
import type {Row} from './texts.js';

/* Keeps "-" from becoming a hyphen, and a line from being taken for a macro. */
export const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^[.']/gm, '\\&$&')
    .replaceAll('\n\n', '\n.PP\n');

export const strong = (text: string): string => `\\fB${roff(text)}\\fR`;
export const variable = (text: string): string => `\\fI${roff(text)}\\fR`;

export const section = (title: string, ...lines: string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${title}`, ...lines];

/** @param head is roff already */
export const item = (head: string, text: string): string[] => ['.TP', head, prose(text)];

export const table = (rows: readonly Row[]): string[] =>
  rows.flatMap(([name, text]) => item(strong(name), text));

export const example = (lines: readonly string[]): string[] => [
  ...['.PP', '.RS 4', '.nf'],
  ...lines.map(roff),
  ...['.fi', '.RE'],
];

interface Page {
  name: string;
  section: number;
  version: string;
  /** What it was generated from, as a comment in the file. */
  source: string;
}

export const header = (page: Page): string[] => [
  `.\\" Made from ${page.source}.`,
  `.TH ${page.name.toUpperCase()} ${page.section} "" "fguard ${page.version}" "fguard"`,
  '.ad l',
  '.nh',
];

/* Inline Markdown: a link to another page becomes its name, code and emphasis become bold. */
const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\([^)]*\)/g;

/** Converts a text with inline Markdown. */
export function prose(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const mark of text.matchAll(MARKS)) {
    const [all, code, stressed, link = ''] = mark;
    parts.push(roff(text.slice(from, mark.index)));
    parts.push((code ?? stressed) ? strong(code ?? stressed ?? '') : roff(link));
    from = mark.index + all.length;
  }
  return [...parts, roff(text.slice(from))].join('');
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return block.level > 2
        ? [`.SS ${roff(block.text)}`]
        : [`.SH ${roff(block.text.toUpperCase())}`];
    case 'paragraph':
      return ['.PP', prose(block.text)];
    case 'item':
      return ['.IP \\(bu 3', prose(block.text)];
    case 'code':
      return example(block.lines);
  }
}

/** The sections of a page in docs/. */
export const blocksLines = (blocks: readonly Block[]): string[] =>
  blocks
    .flatMap(blockLines)
    /* The first paragraph after a heading needs no macro. */
    .filter((line, at, all) => line !== '.PP' || !/^\.S[HS]/.test(all[at - 1] ?? ''));
