// SPDX-License-Identifier: MIT

/** A command of the command line, for completion. */
export interface Completable {
  id: string;
  /** Their names, without dashes. */
  flags: readonly string[];
}

const words = (list: readonly string[]): string => [...list].sort().join(' ');

/** A bash script that completes commands, then flags, and otherwise file names. */
export function bashCompletion(commands: readonly Completable[]): string {
  const cases = commands.map(({id, flags}) => {
    const names = flags.map((flag) => `--${flag}`);
    return `  ${id}) words='${words([...names, '--help'])}' ;;`;
  });
  return `_fguard() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=
  if [[ $COMP_CWORD -eq 1 ]]; then
    words='${words([...commands.map(({id}) => id), 'help'])}'
  elif [[ $word == -* ]]; then
    case \${COMP_WORDS[1]} in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _fguard fguard
`;
}
