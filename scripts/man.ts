// SPDX-License-Identifier: MIT
// Writes the manual pages, fguard.1 and one for each command, from what the
// commands say of themselves: man.ts FOLDER
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {
  type Argument,
  type Command,
  type Flag,
  readPackage,
  readSurface,
  spellings,
} from './surface.js';

const {version, description} = readPackage();

/* A dash is not to become a hyphen, and a line must not be taken for a macro. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^[.']/gm, '\\&$&')
    .replaceAll('\n\n', '\n.PP\n');

const strong = (text: string): string => `\\fB${roff(text)}\\fR`;
const variable = (text: string): string => `\\fI${roff(text)}\\fR`;
const section = (title: string, ...lines: string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
const item = (head: string, text: string): string[] => ['.TP', head, roff(text)];
const pageName = ({words}: Command): string => ['fguard', ...words].join('-');

const header = (name: string): string[] => [
  '.\\" Made from the help of the commands.',
  `.TH ${name.toUpperCase()} 1 "" "fguard ${version}" "fguard"`,
  '.ad l',
  '.nh',
];

function flagHead(flag: Flag): string {
  const {value, options} = flag;
  const names = spellings(flag).map(strong).join(', ');
  if (value === undefined) return names;
  return `${names} ${options.length > 0 ? roff(options.join('|')) : variable(value)}`;
}

const flagItem = (flag: Flag): string[] =>
  item(flagHead(flag), `${flag.description}${flag.repeated ? ' (may be repeated)' : ''}`);

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

const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'refused or failed'],
  ['2', 'wrong usage'],
  ['3', 'the module is not loaded'],
  ['4', 'not permitted'],
  ['130', 'interrupted'],
];

const exitStatus = section(
  'EXIT STATUS',
  ...EXIT_STATUS.flatMap(([code, text]) => item(strong(code), text)),
);

function commandPage(command: Command): string[] {
  const {words, summary, args, flags, examples} = command;
  const brief = summary.replace(/\.$/, '');
  return [
    ...header(pageName(command)),
    ...section('NAME', `${roff(pageName(command))} \\- ${roff(brief)}`),
    ...section('SYNOPSIS', synopsis(command)),
    ...section('DESCRIPTION', roff([summary, command.description].filter(Boolean).join('\n\n'))),
    ...section(
      'ARGUMENTS',
      ...args.flatMap(({name, description: text}) => item(variable(name.toUpperCase()), text)),
    ),
    ...section('OPTIONS', ...flags.flatMap(flagItem)),
    ...section(
      'EXAMPLES',
      ...examples.flatMap((example) => [
        ...['.PP', `${roff(example.description)}:`, '.PP', '.RS 4', '.nf'],
        ...[roff(example.command), '.fi', '.RE'],
      ]),
    ),
    ...(words[0] === 'run' ? [] : exitStatus),
    ...section('SEE ALSO', '.BR fguard (1)'),
  ];
}

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/fguard/rules.d/*.yaml', 'saved rules, applied when the service starts'],
  ['/etc/fguard/agent.yaml', 'the policy of fguard-agent.service'],
  ['/lib/modules/VERSION/updates/fguard.ko', 'the module for a kernel'],
  ['/var/cache/fguard', 'modules that were built before'],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['NO_COLOR', 'if set, no colours'],
  ['FGUARD_LIBRARY', 'the libfguard.so to use'],
  ['FGUARD_JOURNAL', 'the socket of the journal to write to, such as that of a namespace'],
  ['FGUARD_CACHE', 'folder for what is kept, in place of /var/cache or ~/.cache'],
];

const table = (rows: readonly (readonly [string, string])[]): string[] =>
  rows.flatMap(([name, text]) => item(strong(name), text));

function mainPage(commands: readonly Command[]): string[] {
  const pages = commands.map((command) => `.BR ${roff(pageName(command))} (1)`);
  return [
    ...header('fguard'),
    ...section('NAME', `fguard \\- ${roff(description)}`),
    ...section(
      'SYNOPSIS',
      `${strong('fguard')} ${variable('COMMAND')} [${variable('OPTION')}]\\&...`,
    ),
    ...section(
      'DESCRIPTION',
      'A kernel module sees every attempt to open, create, rename, link, truncate, change or delete a guarded file, by whatever system call, and lets only those in who are allowed, root included.',
      '.PP',
      `Every command takes ${strong('--help')} (${strong('-h')}), ${strong('-V')} for the version, ${strong('--quiet')} (${strong('-q')}), and ${strong('--json')} for one JSON document (a line for each event where events are streamed).`,
    ),
    ...section(
      'COMMANDS',
      ...commands.flatMap(({words, summary}) => item(strong(words.join(' ')), summary)),
    ),
    ...exitStatus,
    ...section('FILES', ...table(FILES)),
    ...section('ENVIRONMENT', ...table(ENVIRONMENT)),
    ...section('SEE ALSO', pages.join(',\n')),
  ];
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('man.ts FOLDER');
const commands = readSurface();
const write = (name: string, lines: string[]): void => {
  writeFileSync(path.join(folder, `${name}.1`), `${lines.join('\n')}\n`);
};
mkdirSync(folder, {recursive: true});
write('fguard', mainPage(commands));
for (const command of commands) write(pageName(command), commandPage(command));
