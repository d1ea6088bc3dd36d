// SPDX-License-Identifier: MIT
// Writes docs/reference.md from the help of the commands and the schemas: reference.ts FILE
import {writeFileSync} from 'node:fs';

import {POLICY_EXAMPLE, RULES_EXAMPLE} from './pages/examples.js';
import {type Key, SchemaFile} from './pages/schema.js';
import {
  COMMON_FLAGS,
  ENVIRONMENT,
  EXIT_STATUS,
  FILES,
  OWN_EXIT_STATUS,
  type Row,
} from './pages/texts.js';
import {type Command, type Flag, readSurface, spellings} from './surface.js';

const code = (text: string): string => `\`${text}\``;
/* A bar in a cell would begin the next one. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

const named = (heads: Row, rows: readonly Row[]): string =>
  table(
    heads,
    rows.map(([name, text]) => [code(name), text]),
  );

const block = (language: string, text: string): string =>
  [`\`\`\`${language}`, text.trimEnd(), '```'].join('\n');

/* Escapes what looks like HTML or Markdown. */
const prose = (text: string): string => text.replaceAll(/[<>*]/g, '\\$&');

function flagName(flag: Flag): string {
  const {value, options} = flag;
  const takes = value === undefined ? '' : ` ${options.length > 0 ? options.join('|') : value}`;
  return code(`${spellings(flag).join(', ')}${takes}`);
}

const OF_ALL = ['json', 'quiet'];

function flagRows({flags}: Command): string[][] {
  return flags
    .filter(({name}) => !OF_ALL.includes(name))
    .map((flag) => [
      flagName(flag),
      `${prose(flag.description)}${flag.repeated ? ' (can be repeated)' : ''}`,
    ]);
}

function usage({words, usage: own, args, more, flags}: Command): string {
  if (own !== undefined) return `fguard ${own}`;
  const operands = args.map(({name, required}) => {
    const word = name.toUpperCase() + (more ? '...' : '');
    return required ? word : `[${word}]`;
  });
  const takesFlags = flags.some(({name}) => !OF_ALL.includes(name));
  return ['fguard', ...words, ...(takesFlags ? ['[FLAG...]'] : []), ...operands].join(' ');
}

function commandSection(command: Command): string[] {
  const {words, summary, description, args, examples} = command;
  const rows = [
    ...args.map(({name, description: text}) => [code(name.toUpperCase()), prose(text)]),
    ...flagRows(command),
  ];
  const lines = examples.flatMap(({description: text, command: line}) => [`# ${text}`, line, '']);
  return [
    `### fguard ${words.join(' ')}`,
    prose(summary),
    block('text', usage(command)),
    prose(description),
    ...(rows.length === 0 ? [] : [table(['argument or flag', 'meaning'], rows)]),
    block('sh', lines.join('\n')),
  ];
}

const keyRows = (keys: readonly Key[]): string[][] =>
  keys.map(({name, takes, description, required}) => [
    code(name) + (required ? ' (required)' : ''),
    prose(takes),
    prose(description),
  ]);

const keyTable = (keys: readonly Key[]): string =>
  table(['key', 'takes', 'meaning'], keyRows(keys));

const EVENTS = ['access', 'gap', 'question', 'closed', 'answer'];

function eventSections(): string[] {
  const schema = new SchemaFile('events');
  return EVENTS.flatMap((name) => [
    `### ${name}`,
    schema.describe(name),
    keyTable(schema.keys(name).map((key) => ({...key, required: false}))),
  ]);
}

function page(): string {
  const [rules, policy] = [new SchemaFile('rules'), new SchemaFile('policy')];
  return [
    '<!-- Made by `npm run gen:docs`: change the help of the commands, or the schemas. -->',
    '# Reference',
    '## Commands',
    'Every command also takes these flags:',
    named(['flag', 'meaning'], COMMON_FLAGS),
    ...readSurface().flatMap(commandSection),
    '## Rule files',
    `${rules.description} It is a YAML or JSON file. The saved rules are the files in \`/etc/fguard/rules.d\`. ${rules.describe('rule')}`,
    block('yaml', RULES_EXAMPLE),
    keyTable([...rules.keys(), ...rules.keys('rule')]),
    'A rule may also have the form that `fguard export --json` prints.',
    '## Policy files',
    `${policy.description} ${policy.describe('entry')}`,
    block('yaml', POLICY_EXAMPLE),
    keyTable([...policy.keys(), ...policy.keys('entry')]),
    '## Events',
    '`fguard watch --json` and `fguard ask --json` print one object per line. `schemas/events.schema.json` describes them for programs.',
    ...eventSections(),
    '## Exit codes',
    named(['code', 'meaning'], EXIT_STATUS),
    OWN_EXIT_STATUS,
    '## Environment variables',
    named(['variable', 'meaning'], ENVIRONMENT),
    '## Files',
    named(['file', 'content'], FILES),
  ].join('\n\n');
}

const [, , file] = process.argv;
if (file === undefined) throw new Error('reference.ts FILE');
writeFileSync(file, `${page()}\n`);
