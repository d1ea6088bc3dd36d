// SPDX-License-Identifier: MIT
import type {Hook} from '@oclif/core/hooks';

import {closest} from '../domain/closest.js';
import {EXIT, type UserError, wrongUsage} from '../domain/errors.js';
import {failureDocument, failureText} from '../ui/failure.js';
import {safeJson} from '../domain/text.js';

/* Never suggest the opposite of what was typed. */
const isUndone = (typed: string, name: string): boolean =>
  typed === `un${name}` || name === `un${typed}`;

/* If a command takes no arguments, oclif treats those given as part of its name. */
function misspelt(words: readonly string[], commands: readonly string[]): UserError {
  const head = (count: number): string => words.slice(0, count).join(' ');
  const known = [1, 2].find((count) => commands.includes(head(count)));
  if (known !== undefined)
    return wrongUsage(`unexpected argument: ${words.slice(known).join(' ')}`, [
      `fguard ${head(known)} --help`,
    ]);
  const topic = commands.some((command) => command.startsWith(`${head(1)} `)) ? `${head(1)} ` : '';
  const typed = words[topic === '' ? 0 : 1] ?? '';
  const among = commands.filter((command) => command.startsWith(topic));
  const near = closest(
    typed,
    among.map((command) => command.slice(topic.length)).filter((name) => !isUndone(typed, name)),
  );
  if (typed === 'unlock') return wrongUsage('there is no unlock: a lock lasts until reboot');
  if (near === undefined)
    return wrongUsage(`"${topic}${typed}" is not a command`, [`fguard help ${topic}`.trimEnd()]);
  return wrongUsage(`"${topic}${typed}" is not a command; did you mean "${topic}${near}"?`, [
    `fguard ${topic}${near} --help`,
  ]);
}

/**
 * Suggests what was probably meant. oclif's plugin for this offers to run the suggestion,
 * which is dangerous if one letter is the difference between guarding a file and not.
 */
const hook: Hook.CommandNotFound = function ({id, argv, config}) {
  const commands = config.commandIDs.map((command) => command.replaceAll(':', ' '));
  const error = misspelt(id.split(':'), commands);
  const json = argv?.includes('--json') === true;
  if (json) process.stdout.write(`${safeJson(failureDocument(error, error), 2)}\n`);
  else process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = EXIT.usage;
  return Promise.resolve();
};

export default hook;
