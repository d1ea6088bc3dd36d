// SPDX-License-Identifier: MIT
import {setTimeout as sleep} from 'node:timers/promises';

import type {Question} from '../../domain/question.js';
import {UserError} from '../../domain/errors.js';
import type {Guard} from '../../native/index.js';
import {type CommandResult, runCommand} from '../../linux/command.js';
import {requireRoot} from '../../linux/privilege.js';
import {withGuard} from '../guard.js';
import {holders, pollingProcesses, references} from './holders.js';
import {isLoaded} from './module-info.js';

/* The kernel does not report when the last reference is dropped. */
const RETRY_MS = 50;
const PATIENCE_MS = 10_000;

const locked = (): UserError =>
  new UserError('ELOCKED', 'the module is locked until reboot', {
    next: ['sudo systemctl reboot'],
  });

async function refusal(
  {stderr}: CommandResult,
  questions: readonly Question[],
): Promise<UserError> {
  const reason = stderr.trim().replace(/^rmmod: ERROR: /, '');
  const who = await holders(questions);
  const held = who.length === 0 ? '' : `; it may be in use by ${who.join(', ')}`;
  const next = [
    ...(questions.length === 0 ? [] : ['sudo fguard ask']),
    ...(references() === 0 ? [] : ['sudo fguard unload --force']),
  ];
  return new UserError('EBUSY', `cannot unload the module: ${reason}${held}`, {next});
}

/* A module of another version cannot be queried, but can still be unloaded. */
async function askModule<T>(use: (guard: Guard) => T): Promise<T | undefined> {
  try {
    return await withGuard(use);
  } catch (error) {
    if (error instanceof UserError && error.code !== 'EPERM') return undefined;
    throw error;
  }
}

const remove = (): Promise<CommandResult> => runCommand('rmmod', ['fguard']);

/* Processes that waited because of a removed rule are about to release the module. */
async function removeSettled(): Promise<CommandResult> {
  await askModule((guard) => {
    guard.clearRules();
  });
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const result = await remove();
    if (result.code === 0 || references() === 0 || Date.now() > until) return result;
    await sleep(RETRY_MS);
  }
}

/**
 * Unloads the module, which removes every rule; false if it was not loaded.
 * @param force remove the rules first, so that nobody waits for an answer
 * @param onDelay called with the processes that unloading may have to wait for
 */
export async function unloadModule(
  force: boolean,
  onDelay: (processes: readonly string[]) => void = () => undefined,
): Promise<boolean> {
  requireRoot('unloading a module');
  if (!isLoaded()) return false;
  if ((await askModule((guard) => guard.status()))?.locked === true) throw locked();
  const polling = pollingProcesses();
  if (polling.length > 0) onDelay(polling);
  const result = await (force ? removeSettled() : remove());
  if (result.code === 0) return true;
  throw await refusal(result, (await askModule((guard) => guard.questions())) ?? []);
}
