// SPDX-License-Identifier: MIT
import type {Hook} from '@oclif/core/hooks';

import {closest} from '../domain/closest.js';
import {EXIT, type UserError, wrongUsage} from '../errors.js';
import {failureDocument, failureText} from '../ui/failure.js';

/* oclif takes the arguments of a command that has none for a part of its name. */
function misspelt(word: string, rest: readonly string[], commands: readonly string[]): UserError {
  if (commands.includes(word))
    return wrongUsage(`unexpected argument: ${rest.join(' ')}`, [`fguard ${word} --help`]);
  const near = closest(word, commands);
  if (near === undefined) return wrongUsage(`"${word}" is not a command`, ['fguard help']);
  const message = `"${word}" is not a command; did you mean "${near}"?`;
  return wrongUsage(message, [`fguard ${near} --help`]);
}

/**
 * Says what was probably meant. oclif's plugin for this offers to run it, which
 * is no joke where one letter lies between guarding a file and not.
 */
const hook: Hook.CommandNotFound = function ({id, argv, config}) {
  const [word = id, ...rest] = id.split(':');
  const error = misspelt(word, rest, config.commandIDs);
  const json = argv?.includes('--json') === true;
  if (json) process.stdout.write(`${JSON.stringify(failureDocument(error, error), null, 2)}\n`);
  else process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = EXIT.usage;
  return Promise.resolve();
};

export default hook;
