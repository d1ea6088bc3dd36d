// SPDX-License-Identifier: MIT
import {type Command, type Flag, OF_ALL, spellings} from '../surface.js';
import {PRINTS, RULES, type Value, isList, isListed, valueOf} from './values.js';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function offer(value: Value, list: boolean): string | undefined {
  if (value === 'none' || value === 'file') return undefined;
  if (value === 'kernel' || value === 'cgroup')
    return `COMPREPLY=($(compgen -W "$(${PRINTS[value]})" -- "$cur")); return`;
  if (list && isListed(value)) return `_fguard_list ${quote(value.join(' '))}; return`;
  if (value === 'user') return 'COMPREPLY=($(compgen -u -- "$cur")); return';
  if (value === 'group') return 'COMPREPLY=($(compgen -g -- "$cur")); return';
  if (value === 'word') return 'compopt +o default; return';
  return `COMPREPLY=($(compgen -W ${quote(value.join(' '))} -- "$cur")); return`;
}

function valueCase(command: Command, flag: Flag): string[] {
  const line = offer(valueOf(flag), isList(flag));
  if (line === undefined) return [];
  const names = spellings(flag).map((name) => quote(`${command.words.join(' ')} ${name}`));
  return [`\t${names.join(' | ')}) ${line} ;;`];
}

function topicLines(commands: readonly Command[]): string[] {
  const topics = [
    ...new Set(commands.filter(({words}) => words.length > 1).map(({words}) => words[0])),
  ];
  return topics.flatMap((topic) => {
    const below = commands.filter(({words}) => words[0] === topic).map(({words}) => words[1] ?? '');
    return [
      `\tif [[ $command == ${topic ?? ''} ]]; then`,
      '\t\tif ((COMP_CWORD == 2)); then',
      `\t\t\tCOMPREPLY=($(compgen -W ${quote(below.join(' '))} -- "$cur"))`,
      '\t\t\treturn',
      '\t\tfi',
      '\t\tcommand+=" ${COMP_WORDS[2]}"',
      '\tfi',
    ];
  });
}

/** Completion for bash: commands, flags, their values; paths by bash itself. */
export function bashCompletion(commands: readonly Command[]): string {
  const first = [...new Set(commands.map(({words}) => words[0] ?? ''))].join(' ');
  const flags = commands.map(({words, flags: all}) => {
    const names = [...OF_ALL, ...all.flatMap(spellings)].join(' ');
    return `\t${quote(words.join(' '))}) flags=${quote(names)} ;;`;
  });
  return [
    '# Completion of fguard for bash, made from the help of the commands.',
    '# A word behind the last comma, each word once.',
    '_fguard_list()',
    '{',
    '\tlocal before= word',
    '\t[[ $cur != *,* ]] || before=${cur%,*},',
    '\tfor word in $1; do',
    '\t\t[[ ,$before == *,$word,* ]] || COMPREPLY+=("$before$word")',
    '\tdone',
    '\tCOMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "$cur"))',
    '\tcompopt -o nospace 2>/dev/null',
    '}',
    '_fguard()',
    '{',
    '\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}',
    '\tlocal command=${COMP_WORDS[1]} flags=',
    '\tCOMPREPLY=()',
    '\tif ((COMP_CWORD == 1)); then',
    `\t\tCOMPREPLY=($(compgen -W ${quote(`${first} help`)} -- "$cur"))`,
    '\t\treturn',
    '\tfi',
    ...topicLines(commands),
    '\tcase "$command $prev" in',
    ...commands.flatMap((command) => command.flags.flatMap((flag) => valueCase(command, flag))),
    '\tesac',
    '\tcase $command in',
    ...flags,
    '\tesac',
    `\t[[ $command != unprotect || $cur == -* ]] || { COMPREPLY=($(compgen -W "$(${RULES})" -- "$cur")); return; }`,
    '\t[[ $cur != -* ]] || COMPREPLY=($(compgen -W "$flags" -- "$cur"))',
    '}',
    'complete -o default -F _fguard fguard',
    '',
  ].join('\n');
}
