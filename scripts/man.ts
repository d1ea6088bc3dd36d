// SPDX-License-Identifier: MIT
// Writes the manual pages into the folders man1, man5 and man7 of a folder: man.ts FOLDER
// Generated from the help of the commands, the schemas of the files, and docs/concepts.md.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {parseMarkdown} from './pages/markdown.js';
import {
  blocksLines,
  example,
  header,
  item,
  prose,
  roff,
  section,
  strong,
  table,
  variable,
} from './pages/roff.js';
import {type Key, SchemaFile} from './pages/schema.js';
import {COMMON_FLAGS, ENVIRONMENT, EXIT_STATUS, FILES, OWN_EXIT_STATUS} from './pages/texts.js';
import {POLICY_EXAMPLE, RULES_EXAMPLE} from './pages/examples.js';
import {
  type Argument,
  type Command,
  type Flag,
  readPackage,
  readSurface,
  spellings,
} from './surface.js';

const {version, description} = readPackage();

const pageName = ({words}: Command): string => ['fguard', ...words].join('-');

const head = (name: string, number: number, source: string): string[] =>
  header({name, section: number, version, source});

function flagHead(flag: Flag): string {
  const {value, options} = flag;
  const names = spellings(flag).map(strong).join(', ');
  if (value === undefined) return names;
  return `${names} ${options.length > 0 ? roff(options.join('|')) : variable(value)}`;
}

const flagItem = (flag: Flag): string[] =>
  item(flagHead(flag), `${flag.description}${flag.repeated ? ' (can be repeated)' : ''}`);

function argumentText({name, required}: Argument, more: boolean): string {
  const text = variable(name.toUpperCase()) + (more ? '\\&...' : '');
  return required ? text : `[${text}]`;
}

function synopsis({words, usage, args, more, flags}: Command): string {
  if (usage !== undefined) return `${strong('fguard')} ${roff(usage)}`;
  const command = strong(`fguard ${words.join(' ')}`);
  const last = args.length - 1;
  const operands = args.map((argument, n) => argumentText(argument, more && n === last));
  const options = flags.map(
    (flag) =>
      `[${flagHead({...flag, aliases: [], char: undefined})}]${flag.repeated ? '\\&...' : ''}`,
  );
  return [command, ...operands, ...options].join(' ');
}

const exitStatus = section('EXIT STATUS', ...table(EXIT_STATUS));

/* These exit with the exit code of the command that they run. */
const RUNNERS = ['run', 'lab'];

const SEE_ALSO: Readonly<Record<string, readonly string[]>> = {
  agent: ['fguard-ask (1)', 'fguard-policy (5)'],
  apply: ['fguard-check (1)', 'fguard-export (1)', 'fguard-rules (5)'],
  ask: ['fguard-agent (1)', 'fguard-answers (1)'],
  check: ['fguard-rules (5)', 'fguard-policy (5)'],
  export: ['fguard-apply (1)', 'fguard-rules (5)'],
};

const references = (pages: readonly string[]): string =>
  pages.map((page) => `.BR ${roff(page)}`).join(' ,\n');

function commandPage(command: Command): string[] {
  const {words, summary, args, flags, examples} = command;
  const brief = summary.replace(/\.$/, '');
  const name = words.join(' ');
  return [
    ...head(pageName(command), 1, 'the help of the command'),
    ...section('NAME', `${roff(pageName(command))} \\- ${roff(brief)}`),
    ...section('SYNOPSIS', synopsis(command)),
    ...section('DESCRIPTION', prose([summary, command.description].filter(Boolean).join('\n\n'))),
    ...section(
      'ARGUMENTS',
      ...args.flatMap(({name: argument, description: text}) =>
        item(variable(argument.toUpperCase()), text),
      ),
    ),
    ...section('OPTIONS', ...flags.flatMap(flagItem)),
    ...section(
      'EXAMPLES',
      ...examples.flatMap((one) => [
        '.PP',
        `${prose(one.description)}:`,
        ...example([one.command]),
      ]),
    ),
    ...(RUNNERS.includes(name) ? section('EXIT STATUS', prose(OWN_EXIT_STATUS)) : exitStatus),
    ...section('SEE ALSO', references(['fguard (1)', ...(SEE_ALSO[name] ?? []), 'fguard (7)'])),
  ];
}

function mainPage(commands: readonly Command[]): string[] {
  const pages = commands.map((command) => `${pageName(command)} (1)`);
  return [
    ...head('fguard', 1, 'the help of the commands'),
    ...section('NAME', `fguard \\- ${roff(description)}`),
    ...section(
      'SYNOPSIS',
      `${strong('fguard')} ${variable('COMMAND')} [${variable('OPTION')}]\\&...`,
    ),
    ...section(
      'DESCRIPTION',
      'A kernel module sees every attempt to open, create, rename, link, truncate, change or delete a guarded file, by whatever system call, and allows it, denies it, or asks a program and waits for the answer. Only processes you allow get through; everyone else is refused, even root.',
      '.BR fguard (7)',
      'explains the concepts.',
    ),
    ...section(
      'COMMANDS',
      ...commands.flatMap(({words, summary}) => item(strong(words.join(' ')), summary)),
    ),
    ...section('OPTIONS', 'Every command takes these:', ...table(COMMON_FLAGS)),
    ...exitStatus,
    ...section('FILES', ...table(FILES)),
    ...section('ENVIRONMENT', ...table(ENVIRONMENT)),
    ...section(
      'SEE ALSO',
      references([...pages, 'fguard-rules (5)', 'fguard-policy (5)', 'fguard (7)']),
    ),
  ];
}

function conceptsPage(): string[] {
  const source = readFileSync(new URL('../docs/concepts.md', import.meta.url), 'utf8');
  const [title, ...blocks] = parseMarkdown(source);
  if (title?.kind !== 'heading') throw new Error('docs/concepts.md begins without a heading');
  return [
    ...head('fguard', 7, 'docs/concepts.md'),
    ...section('NAME', 'fguard \\- what fguard guards, whom it allows, and how it decides'),
    '.SH DESCRIPTION',
    ...blocksLines(blocks).filter((line, at) => at > 0 || line !== '.PP'),
    ...section('SEE ALSO', references(['fguard (1)', 'fguard-rules (5)', 'fguard-policy (5)'])),
  ];
}

function keyItem({name, takes, description: text, required}: Key): string[] {
  const kind = `${takes}${required ? '; required' : ''}`;
  return ['.TP', `${strong(name)} (${roff(kind)})`, prose(text === '' ? takes : text)];
}

interface FilePage {
  name: string;
  brief: string;
  /** Sentences before the keys. */
  intro: readonly string[];
  keys: readonly (readonly [string, readonly Key[]])[];
  example: string;
  seeAlso: readonly string[];
}

const filePage = (page: FilePage): string[] => [
  ...head(page.name, 5, 'the schema of the file'),
  ...section('NAME', `${roff(page.name)} \\- ${roff(page.brief)}`),
  ...section('DESCRIPTION', prose(page.intro.join('\n\n'))),
  ...page.keys.flatMap(([title, keys]) => section(title, ...keys.flatMap(keyItem))),
  ...section('EXAMPLE', ...example(page.example.trimEnd().split('\n'))),
  ...section('SEE ALSO', references(page.seeAlso)),
];

function rulesPage(): string[] {
  const schema = new SchemaFile('rules');
  return filePage({
    name: 'fguard-rules',
    brief: 'rule files',
    intro: [
      `${schema.description} It is a YAML or JSON file. The saved rules are the files /etc/fguard/rules.d/*.yaml, *.yml and *.json; only root may be able to change them.`,
      'No two rules may be about the same object. A rule file may also be what `fguard export --json` prints.',
      schema.describe('rule'),
    ],
    keys: [
      ['KEYS OF THE FILE', schema.keys()],
      ['KEYS OF A RULE', schema.keys('rule')],
    ],
    example: RULES_EXAMPLE,
    seeAlso: ['fguard-apply (1)', 'fguard-check (1)', 'fguard-export (1)', 'fguard (7)'],
  });
}

function policyPage(): string[] {
  const schema = new SchemaFile('policy');
  return filePage({
    name: 'fguard-policy',
    brief: 'policy files of fguard agent',
    intro: [`${schema.description} It is a YAML or JSON file.`, schema.describe('entry')],
    keys: [
      ['KEYS OF THE FILE', schema.keys()],
      ['KEYS OF AN ENTRY', schema.keys('entry')],
    ],
    example: POLICY_EXAMPLE,
    seeAlso: ['fguard-agent (1)', 'fguard-check (1)', 'fguard-ask (1)', 'fguard (7)'],
  });
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('man.ts FOLDER');
const commands = readSurface();

function write(name: string, number: number, lines: string[]): void {
  const own = path.join(folder ?? '', `man${number}`);
  mkdirSync(own, {recursive: true});
  writeFileSync(path.join(own, `${name}.${number}`), `${lines.join('\n')}\n`);
}

write('fguard', 1, mainPage(commands));
for (const command of commands) write(pageName(command), 1, commandPage(command));
write('fguard-rules', 5, rulesPage());
write('fguard-policy', 5, policyPage());
write('fguard', 7, conceptsPage());
