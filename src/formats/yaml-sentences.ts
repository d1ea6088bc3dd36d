// SPDX-License-Identifier: MIT
/* What is wrong with the syntax of a YAML text, in the words of those who write rules. */

const UNOPENED = 'this closes what was not opened';
const QUOTES = (sign: string): string => `a text that begins with ${sign} needs quotes`;
const NO_KEY =
  'what is before this colon is no key: a colon is missing above, or a text with ": " in it needs quotes';
const ESCAPE =
  'between double quotes a backslash begins an escape, and this is none; for the backslash itself write two';
const TAG = `there is no such tag; ${QUOTES('!')}`;

/* As far as a line is looked at for what stands before a place. */
const INDENT_MAX = 200;

/* By the reason that the parser gives, and the two characters at its place. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^null byte/, 'this text holds a NUL, which nothing can have in its name'],
  [
    /non-printable|valid JSON character/,
    'a control character cannot stand here as it is; write it as "\\uNNNN" between double quotes',
  ],
  [/^tab characters/, 'a tab cannot indent a line; use spaces'],
  [
    /^deficient indentation at [\]}]/,
    'a closing ] or } must be indented further than the key before its list or map',
  ],
  [
    /^deficient indentation/,
    'what begins above with [, {, " or \' is not closed with ], }, " or \', or this line belongs to it and must be indented further',
  ],
  [/within a flow collection/, 'a closing ] or } is missing'],
  [/within a (?:single|double) quoted scalar/, 'a closing quote is missing'],
  [/within a verbatim tag/, 'the closing > of a tag is missing'],
  [/escape sequence|hexadecimal/, ESCAPE],
  [/^missed comma/, 'before this a comma is missing, or a closing ] or }'],
  [/found ','/, 'there is nothing before this ","'],
  [/(?:mapping entry|document separator is expected) at [\]}]/, UNOPENED],
  [/(?:mapping entry|document separator is expected) at [@`%]/, QUOTES('@, ` or %')],
  [
    /mapping entry at :/,
    'a text with ": " in it needs quotes, and keys of one map are indented alike',
  ],
  [/mapping entry at -\s$/, 'a list begins on the line after its key'],
  [/(?:sequence entry|document separator is expected) at :/, NO_KEY],
  [
    /^bad indentation of a mapping entry/,
    'this is not indented as the keys of its map are, or stands behind a value that has ended',
  ],
  [/^bad indentation of a sequence entry/, 'this is not indented as the items of its list are'],
  [/^a whitespace character/, 'a space is missing after the colon'],
  [/^expected ':'|multiline key/, 'the colon after this key is missing'],
  [
    /document separator is expected/,
    'this belongs to nothing above: a colon is missing before it, or the indentation is wrong',
  ],
  [/maxDepth/, 'it is nested too deeply'],
  [/^duplicated mapping key/, 'this key is there twice'],
  [/complex keys/, 'a key must be a text, not a list or a map'],
  [/explicit tag/, 'this is not what its tag says it is'],
  [/^unknown \w+ tag|tag (?:property|suffix|name)|named tag handle|^undeclared tag/, TAG],
  [/name of an anchor/, QUOTES('&')],
  [/name of an alias/, QUOTES('*')],
  [/anchor property/, 'a value can have one anchor only'],
  [/^alias node/, 'an alias can have neither a tag nor an anchor'],
  [
    /^a line break is expected|chomping|indentation width/,
    `behind | or > there may be + or -, and an indentation from 1 to 9; ${QUOTES('| or >')}`,
  ],
  [/^directives end mark/, 'after lines that begin with %, the line --- is missing'],
  [/directive|YAML version/, `this directive is not known; ${QUOTES('%')}`],
];

/** What to say of a text that the parser refuses for a reason at a place. */
export function yamlSentence(reason: string, text: string, at: number): string {
  const begins = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - INDENT_MAX), at));
  const found = `${reason} at ${text.slice(at, at + 2)}${begins ? ', which begins a line' : ''}`;
  return SENTENCES.find(([pattern]) => pattern.test(found))?.[1] ?? reason;
}
