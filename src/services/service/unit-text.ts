// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

import {packageFile} from '../../linux/package-root.js';

/** Marks a file, in its first lines, as ours to change and remove. */
export const MARK = 'Written by "fguard service install"';
const NOTE = `${MARK}; "systemctl edit" adds to it, "fguard service remove" removes it.`;

/* A word of a unit's command line: nothing in it is expanded or split. */
export const unitWord = (word: string): string =>
  `"${word.replaceAll(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

/** The command line that runs this program, wherever it is installed. */
const ownCommand = (): string =>
  [process.execPath, packageFile('bin/run.js')].map(unitWord).join(' ');

/** A unit made from its template. */
export function unitText(name: string, command = ownCommand()): string {
  const template = readFileSync(packageFile(`packaging/systemd/${name}.in`), 'utf8');
  return template.replace('@NOTE@', () => NOTE).replaceAll('@FGUARD@', () => command);
}
