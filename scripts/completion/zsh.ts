// SPDX-License-Identifier: MIT
import {type Command, type Flag, spellings} from '../surface.js';
import {PRINTS, RULES, type Value, isList, isListed, valueOf} from './values.js';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/* Characters that are special in a specification. */
const plain = (text: string): string => text.replaceAll(/[:[\]\\]/g, '\\$&');

/* A colon would begin the next part of a specification. */
const printed = (command: string): string =>
  `compadd -- \${(f)"$(${command})"}`.replaceAll(':', '\\:');

function action(flag: Flag): string {
  const value: Value = valueOf(flag);
  if (value === 'kernel' || value === 'cgroup') return `{${printed(PRINTS[value])}}`;
  if (isList(flag) && isListed(value)) return `_sequence compadd - ${value.join(' ')}`;
  if (value === 'file') return '_files';
  if (value === 'user') return '_users';
  if (value === 'group') return '_groups';
  return typeof value === 'string' ? ' ' : `(${value.join(' ')})`;
}

function flagSpecs(flag: Flag): string[] {
  return spellings(flag).map((name) => {
    const head = `${flag.repeated ? '*' : ''}${name}[${plain(flag.description)}]`;
    if (flag.value === undefined) return quote(head);
    return quote(`${head}:${plain(flag.value)}:${action(flag)}`);
  });
}

function commandCase({words, flags, args}: Command): string[] {
  const specs = [
    ...['-h[show help]', '--help[show help]', '-V[show the version]'].map(quote),
    ...flags.flatMap(flagSpecs),
  ];
  if (words[0] === 'unprotect') specs.push(quote(`*:rule:{${printed(RULES)}; _files}`));
  else if (args.length > 0) specs.push(quote('*:file:_files'));
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

/** Completion for zsh: commands and flags with descriptions, values, paths. */
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
