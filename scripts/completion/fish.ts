// SPDX-License-Identifier: MIT
import type {Command, Flag} from '../surface.js';
import {type Value, valueOf} from './values.js';

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

function offer(value: Value): string {
  if (value === 'none') return '';
  if (value === 'file') return ' -r -F';
  if (value === 'word') return ' -x';
  if (value === 'user') return " -x -a '(__fish_complete_users)'";
  if (value === 'group') return " -x -a '(__fish_complete_groups)'";
  return ` -x -a ${quote(value.join(' '))}`;
}

const seen = (words: readonly string[]): string =>
  words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');

const flagLine = (command: Command, flag: Flag): string =>
  `complete -c fguard -n ${quote(seen(command.words))} -l ${flag.name}${offer(valueOf(flag))} -d ${quote(flag.description)}`;

function commandLines(command: Command, below: readonly string[]): string[] {
  const [word = '', sub] = command.words;
  const [when, name] =
    sub === undefined
      ? ['__fish_use_subcommand', word]
      : [`${seen([word])}; and not __fish_seen_subcommand_from ${below.join(' ')}`, sub];
  return [
    `complete -c fguard -f -n ${quote(when)} -a ${name} -d ${quote(command.summary)}`,
    ...command.flags.map((flag) => flagLine(command, flag)),
    ...(command.args.length > 0
      ? [`complete -c fguard -F -n ${quote(seen(command.words))}`]
      : [`complete -c fguard -f -n ${quote(seen(command.words))}`]),
  ];
}

/** Completion for fish: commands and flags with what they mean, values, paths. */
export function fishCompletion(commands: readonly Command[]): string {
  const topics = [
    ...new Set(commands.filter(({words}) => words.length > 1).map(({words}) => words[0] ?? '')),
  ];
  const below = (topic: string | undefined): string[] =>
    commands.filter(({words}) => words[0] === topic).map(({words}) => words[1] ?? '');
  return [
    '# Completion of fguard for fish, made from the help of the commands.',
    "complete -c fguard -l help -d 'show help'",
    ...topics.map(
      (topic) =>
        `complete -c fguard -f -n __fish_use_subcommand -a ${topic} -d 'install or remove'`,
    ),
    ...commands.flatMap((command) => commandLines(command, below(command.words[0]))),
    '',
  ].join('\n');
}
