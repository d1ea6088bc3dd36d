// SPDX-License-Identifier: MIT
// The commands from oclif's manifest, for manual pages and completion.
import {readFileSync} from 'node:fs';

export interface Flag {
  name: string;
  /** Aliases. */
  aliases: readonly string[];
  /** The short form. */
  char: string | undefined;
  description: string;
  /** The placeholder for the value; undefined: it takes none. */
  value: string | undefined;
  options: readonly string[];
  repeated: boolean;
}

export interface Argument {
  name: string;
  description: string;
  required: boolean;
}

export interface Command {
  /** The command, with its topic if it has one. */
  words: readonly string[];
  summary: string;
  description: string;
  usage: string | undefined;
  examples: readonly {description: string; command: string}[];
  args: readonly Argument[];
  /** Whether more arguments may follow. */
  more: boolean;
  flags: readonly Flag[];
}

interface ManifestFlag {
  name: string;
  aliases?: string[];
  char?: string;
  description?: string;
  type: 'boolean' | 'option';
  helpValue?: string;
  options?: string[];
  multiple?: boolean;
}

interface ManifestCommand {
  id: string;
  summary: string;
  description?: string;
  usage?: string | string[];
  examples: {description: string; command: string}[];
  args: Record<string, {name: string; description?: string; required?: boolean}>;
  strict: boolean;
  flags: Record<string, ManifestFlag>;
}

const fill = (text = ''): string => text.replaceAll(/<%= config\.bin %>/g, 'fguard');

const toFlag = (flag: ManifestFlag): Flag => ({
  name: flag.name,
  aliases: flag.aliases ?? [],
  char: flag.char,
  description: fill(flag.description),
  value: flag.type === 'option' ? (flag.helpValue ?? 'VALUE') : undefined,
  options: flag.options ?? [],
  repeated: flag.multiple === true,
});

const toCommand = (command: ManifestCommand): Command => ({
  words: command.id.split(':'),
  summary: fill(command.summary),
  description: fill(command.description),
  usage: command.usage === undefined ? undefined : fill([command.usage].flat()[0]),
  examples: command.examples.map(({description, command: line}) => ({
    description,
    command: fill(line),
  })),
  args: Object.values(command.args).map(({name, description, required}) => ({
    name,
    description: fill(description),
    required: required === true,
  })),
  more: !command.strict,
  flags: Object.values(command.flags)
    .map(toFlag)
    .sort((a, b) => a.name.localeCompare(b.name)),
});

/** A flag as it is typed. */
export const spellings = ({name, aliases, char}: Flag): string[] => [
  ...(char === undefined ? [] : [`-${char}`]),
  ...[name, ...aliases].map((word) => `--${word}`),
];

/** The flags that every command has. */
export const OF_ALL = ['-h', '--help', '-V'];

/** All commands, by name. */
export function readSurface(): Command[] {
  const manifest = new URL('../oclif.manifest.json', import.meta.url);
  const {commands} = JSON.parse(readFileSync(manifest, 'utf8')) as {
    commands: Record<string, ManifestCommand>;
  };
  return Object.values(commands)
    .map(toCommand)
    .sort((a, b) => a.words.join(' ').localeCompare(b.words.join(' ')));
}

/** The metadata of the package. */
export function readPackage(): {version: string; description: string} {
  const file = new URL('../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as {version: string; description: string};
}
