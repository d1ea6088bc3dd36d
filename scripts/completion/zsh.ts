// SPDX-License-Identifier: MIT
import type {Command, Flag} from '../surface.js';
import {type Value, valueOf} from './values.js';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/* Within a specification these mean something. */
const plain = (text: string): string => text.replaceAll(/[:[\]\\]/g, '\\$&');

function action(value: Value): string {
  if (value === 'file') return '_files';
  if (value === 'user') return '_users';
  if (value === 'group') return '_groups';
  return typeof value === 'string' ? ' ' : `(${value.join(' ')})`;
}

function flagSpec(flag: Flag): string {
  const head = `${flag.repeated ? '*' : ''}--${flag.name}[${plain(flag.description)}]`;
  if (flag.value === undefined) return quote(head);
  return quote(`${head}:${plain(flag.value)}:${action(valueOf(flag))}`);
}

function commandCase({words, flags, args}: Command): string[] {
  const specs = [quote('--help[show help]'), ...flags.map(flagSpec)];
  if (args.length > 0) specs.push(quote('*:file:_files'));
  return [
    `\t${quote(words.join(' '))})`,
    `\t\t_arguments -S \\\n\t\t\t${specs.join(' \\\n\t\t\t')}`,
    '\t\t;;',
  ];
}

const described = (commands: readonly Command[], at: number): string[] =>
  commands.map(({words, summary}) => `\t\t${quote(`${words[at] ?? ''}:${summary}`)}`);

function topicCase(topic: string, below: readonly Command[]): string[] {
  return [
    `\t${topic})`,
    '\t\tif ((CURRENT == 2)); then',
    '\t\t\tcommands=(',
    ...described(below, 1).map((line) => `\t\t${line}`),
    '\t\t\t)',
    "\t\t\t_describe -t commands 'fguard command' commands",
    '\t\t\treturn',
    '\t\tfi',
    '\t\tcommand+=" $words[2]"',
    '\t\tshift words',
    '\t\t((CURRENT--))',
    '\t\t;;',
  ];
}

/** Completion for zsh: commands and flags with what they mean, values, paths. */
export function zshCompletion(commands: readonly Command[]): string {
  const single = commands.filter(({words}) => words.length === 1);
  const topics = [
    ...new Set(commands.filter(({words}) => words.length > 1).map(({words}) => words[0] ?? '')),
  ];
  return [
    '#compdef fguard',
    '# Completion of fguard for zsh, made from the help of the commands.',
    '_fguard() {',
    '\tlocal command',
    '\tlocal -a commands',
    '\tif ((CURRENT == 2)); then',
    '\t\tcommands=(',
    ...described(single, 0),
    ...topics.map((topic) => `\t\t${quote(`${topic}:install or remove`)}`),
    "\t\t'help:show help'",
    '\t\t)',
    "\t\t_describe -t commands 'fguard command' commands",
    '\t\treturn',
    '\tfi',
    '\tshift words',
    '\t((CURRENT--))',
    '\tcommand=$words[1]',
    '\tcase $command in',
    ...topics.flatMap((topic) =>
      topicCase(
        topic,
        commands.filter(({words}) => words[0] === topic),
      ),
    ),
    '\tesac',
    '\tcase $command in',
    ...commands.flatMap(commandCase),
    '\tesac',
    '}',
    '_fguard "$@"',
    '',
  ].join('\n');
}
