// SPDX-License-Identifier: MIT
import type {Protected, Unreached} from '../domain/object.js';
import {shellWord} from '../domain/shell-word.js';

/** A flag as it was typed; for one without a value, the input is the flag itself. */
export interface TypedFlag {
  flag: string;
  input: string;
}

/* Not repeated: a name belongs to one rule, and a file is not a tree. */
const LEFT_OUT = ['json', 'name'];
const OF_DIRECTORIES = ['tree', 'suffix'];
/* The directory in a layer need not exist; the rule for it then needs --tree. */
const TREE: TypedFlag = {flag: 'tree', input: '--tree'};

const flagWords = ({flag, input}: TypedFlag): string[] =>
  input === `--${flag}` ? [input] : [`--${flag}`, shellWord(input)];

function commandFor(paths: readonly string[], flags: readonly TypedFlag[]): string {
  return ['fguard', 'protect', ...paths.map(shellWord), ...flags.flatMap(flagWords)].join(' ');
}

const distinct = (found: readonly Unreached[]): string[] => [
  ...new Set(found.map(({path}) => path)),
];

const warning = (command: string): string =>
  `file systems mounted below are not guarded; to guard them too: ${command}`;

const layered = (command: string): string =>
  `in the layers of an overlay, only regular files are guarded; to guard the rest there: ${command}`;

function commandsFor(found: readonly Unreached[], typed: readonly TypedFlag[]): string[] {
  const flags = typed.filter(({flag}) => !LEFT_OUT.includes(flag));
  const ofFiles = flags.filter(({flag}) => !OF_DIRECTORIES.includes(flag));
  const ofTrees = ofFiles.length === flags.length ? [TREE, ...flags] : flags;
  return [
    {paths: distinct(found.filter(({isDirectory}) => isDirectory)), own: ofTrees},
    {paths: distinct(found.filter(({isDirectory}) => !isDirectory)), own: ofFiles},
  ]
    .filter(({paths}) => paths.length > 0)
    .map(({paths, own}) => commandFor(paths, own));
}

/** Where rules end at a mount, and the commands that guard what is there in the same way. */
export const unreachedWarnings = (
  rules: readonly Pick<Protected, 'unreached'>[],
  typed: readonly TypedFlag[],
): string[] =>
  commandsFor(
    rules.flatMap(({unreached}) => unreached),
    typed,
  ).map(warning);

/** The same for the layers of overlays. */
export const layerWarnings = (
  rules: readonly Pick<Protected, 'layers'>[],
  typed: readonly TypedFlag[],
): string[] =>
  commandsFor(
    rules.flatMap(({layers}) => layers),
    typed,
  ).map(layered);

/** The same for rules that `run` makes of its flags. */
export function unreachedFlags(
  unreached: readonly {kind: string; path: string}[],
): string | undefined {
  if (unreached.length === 0) return undefined;
  const words = unreached.map(({kind, path}) => `--${kind} ${shellWord(path)}`);
  return warning([...new Set(words)].join(' '));
}
