// SPDX-License-Identifier: MIT
/* Describes YAML syntax errors in plain sentences for authors of rule files. */

const UNOPENED = 'this closes nothing that was opened';
const QUOTES = (sign: string): string => `text that begins with ${sign} must be quoted`;
const NO_KEY =
  'the text before this colon is not a key: a colon is missing above, or text containing ": " must be quoted';
const ESCAPE =
  'unknown escape: in double quotes a backslash begins an escape; write two for a backslash itself';
const TAG = `unknown tag; ${QUOTES('!')}`;

/* How many characters before a position are examined. */
const INDENT_MAX = 200;

/* Matched against the parser's reason and the two characters at its position. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^null byte/, 'this text contains a NUL character, which no name can contain'],
  [
    /non-printable|valid JSON character/,
    'a control character must be written as "\\uNNNN" in double quotes',
  ],
  [/^tab characters/, 'a tab cannot indent a line; use spaces'],
  [
    /^deficient indentation at [\]}]/,
    'a closing ] or } must be indented further than the key of its list or map',
  ],
  [
    /^deficient indentation/,
    'the [, {, " or \' above is not closed, or this line belongs to it and must be indented further',
  ],
  [/within a flow collection/, 'a closing ] or } is missing'],
  [/within a (?:single|double) quoted scalar/, 'a closing quote is missing'],
  [/within a verbatim tag/, 'the closing > of a tag is missing'],
  [/escape sequence|hexadecimal/, ESCAPE],
  [/^missed comma/, 'a comma, or a closing ] or }, is missing before this'],
  [/found ','/, 'nothing comes before this ","'],
  [/(?:mapping entry|document separator is expected) at [\]}]/, UNOPENED],
  [/(?:mapping entry|document separator is expected) at [@`%]/, QUOTES('@, ` or %')],
  [
    /mapping entry at :/,
    'text containing ": " must be quoted, and the keys of a map must be indented alike',
  ],
  [/mapping entry at -\s$/, 'a list must begin on the line after its key'],
  [/(?:sequence entry|document separator is expected) at :/, NO_KEY],
  [
    /^bad indentation of a mapping entry/,
    'this is not indented like the keys of its map, or follows a value that has ended',
  ],
  [/^bad indentation of a sequence entry/, 'this is not indented like the items of its list'],
  [/^a whitespace character/, 'a space is missing after the colon'],
  [/^expected ':'|multiline key/, 'the colon after this key is missing'],
  [
    /document separator is expected/,
    'this does not belong to anything above: a colon is missing before it, or the indentation is wrong',
  ],
  [/maxDepth/, 'nested too deeply'],
  [/^duplicated mapping key/, 'this key appears twice'],
  [/complex keys/, 'a key must be text, not a list or a map'],
  [/explicit tag/, 'this does not match its tag'],
  [/^unknown \w+ tag|tag (?:property|suffix|name)|named tag handle|^undeclared tag/, TAG],
  [/name of an anchor/, QUOTES('&')],
  [/name of an alias/, QUOTES('*')],
  [/anchor property/, 'a value can have one anchor only'],
  [/^alias node/, 'an alias can have neither a tag nor an anchor'],
  [
    /^a line break is expected|chomping|indentation width/,
    `only + or - and an indentation from 1 to 9 may follow | or >; ${QUOTES('| or >')}`,
  ],
  [/^directives end mark/, 'the line --- is missing after the lines that begin with %'],
  [/directive|YAML version/, `unknown directive; ${QUOTES('%')}`],
];

/** The message for an error of the parser, with its reason and position. */
export function yamlSentence(reason: string, text: string, at: number): string {
  const begins = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - INDENT_MAX), at));
  const found = `${reason} at ${text.slice(at, at + 2)}${begins ? ', which begins a line' : ''}`;
  return SENTENCES.find(([pattern]) => pattern.test(found))?.[1] ?? reason;
}
