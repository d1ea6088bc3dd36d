// SPDX-License-Identifier: MIT
import type {Command, Flag} from '../surface.js';
import {PRINTS, RULES, isList, isListed, valueOf} from './values.js';

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

/* Words not yet in the list, appended to what was typed up to the last comma. */
const list = (words: readonly string[]): string =>
  `(set -l before (commandline -ct | string replace -rf '^(--[a-z]+=)?(.*,)?[^,]*$' '$2'); for word in ${words.join(' ')}; contains $word (string split , -- $before); or printf '%s\\n' $before$word; end)`;

function offer(flag: Flag): string {
  const value = valueOf(flag);
  if (value === 'none') return '';
  if (value === 'kernel' || value === 'cgroup') return ` -x -a ${quote(`(${PRINTS[value]})`)}`;
  if (isList(flag) && isListed(value)) return ` -x -a ${quote(list(value))}`;
  if (value === 'file') return ' -r -F';
  if (value === 'word') return ' -x';
  if (value === 'user') return " -x -a '(__fish_complete_users)'";
  if (value === 'group') return " -x -a '(__fish_complete_groups)'";
  return ` -x -a ${quote(value.join(' '))}`;
}

const seen = (words: readonly string[]): string =>
  words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');

const names = ({name, aliases, char}: Flag): string =>
  [
    ...(char === undefined ? [] : [`-s ${char}`]),
    ...[name, ...aliases].map((word) => `-l ${word}`),
  ].join(' ');

const flagLine = (command: Command, flag: Flag): string =>
  `complete -c fguard -n ${quote(seen(command.words))} ${names(flag)}${offer(flag)} -d ${quote(flag.description)}`;

function commandLines(command: Command, below: readonly string[]): string[] {
  const [word = '', sub] = command.words;
  const [when, name] =
    sub === undefined
      ? ['__fish_use_subcommand', word]
      : [`${seen([word])}; and not __fish_seen_subcommand_from ${below.join(' ')}`, sub];
  return [
    `complete -c fguard -f -n ${quote(when)} -a ${name} -d ${quote(command.summary)}`,
    ...command.flags.map((flag) => flagLine(command, flag)),
    ...(word === 'unprotect'
      ? [`complete -c fguard -f -n ${quote(seen(command.words))} -a ${quote(`(${RULES})`)}`]
      : []),
    ...(command.args.length > 0
      ? [`complete -c fguard -F -n ${quote(seen(command.words))}`]
      : [`complete -c fguard -f -n ${quote(seen(command.words))}`]),
  ];
}

/** Completion for fish: commands and flags with descriptions, values, paths. */
export function fishCompletion(commands: readonly Command[]): string {
  const topics = [
    ...new Set(commands.filter(({words}) => words.length > 1).map(({words}) => words[0] ?? '')),
  ];
  const below = (topic: string | undefined): string[] =>
    commands.filter(({words}) => words[0] === topic).map(({words}) => words[1] ?? '');
  return [
    '# Completion of fguard for fish, made from the help of the commands.',
    "complete -c fguard -s h -l help -d 'show help'",
    "complete -c fguard -s V -d 'show the version'",
    ...topics.map(
      (topic) =>
        `complete -c fguard -f -n __fish_use_subcommand -a ${topic} -d 'install or remove'`,
    ),
    ...commands.flatMap((command) => commandLines(command, below(command.words[0]))),
    '',
  ].join('\n');
}
