// SPDX-License-Identifier: MIT
import {execute} from '@oclif/core/execute';
import type {PJSON} from '@oclif/core/interfaces';
import {settings} from '@oclif/core/settings';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import agent from './commands/agent.js';
import answers from './commands/answers.js';
import apply from './commands/apply.js';
import ask from './commands/ask.js';
import check from './commands/check.js';
import clear from './commands/clear.js';
import doctor from './commands/doctor.js';
import explain from './commands/explain.js';
import lab from './commands/lab.js';
import exportCommand from './commands/export.js';
import load from './commands/load.js';
import lock from './commands/lock.js';
import protect from './commands/protect.js';
import rebuild from './commands/rebuild.js';
import rules from './commands/rules.js';
import run from './commands/run.js';
import serviceInstall from './commands/service/install.js';
import serviceRemove from './commands/service/remove.js';
import status from './commands/status.js';
import unload from './commands/unload.js';
import unprotect from './commands/unprotect.js';
import watch from './commands/watch.js';
import whois from './commands/whois.js';
import {UserError} from './domain/errors.js';
import {escapeText} from './domain/text.js';
import commandNotFound from './cli/command-not-found.js';
import {makeOwnFolder, userFolder} from './linux/own-folder.js';
import {listenForLoss, outputFailed} from './cli/output-failure.js';
import {exactArguments, wordsBefore} from './cli/argv.js';
import {packageFile} from './linux/package-root.js';
import {noteTyped} from './linux/privilege.js';
import {failureText} from './ui/failure.js';

/* oclif finds both by name: see packageDescription(). */
export const COMMANDS = {
  agent,
  answers,
  apply,
  ask,
  check,
  clear,
  doctor,
  explain,
  lab,
  export: exportCommand,
  load,
  lock,
  protect,
  rebuild,
  rules,
  run,
  'service:install': serviceInstall,
  'service:remove': serviceRemove,
  status,
  unload,
  unprotect,
  watch,
  whois,
};
export {commandNotFound};

/* The commands are the exports of this module, whether it is built or not. */
function packageDescription(): PJSON {
  const pjson = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as PJSON;
  const target = fileURLToPath(import.meta.url);
  const {oclif} = pjson;
  oclif.commands = {strategy: 'explicit', target, identifier: 'COMMANDS'};
  oclif.hooks = {command_not_found: {target, identifier: 'commandNotFound'}};
  /* Help and completion are plugins, which are loaded only if none of our commands was typed. */
  if (Object.hasOwn(COMMANDS, process.argv[2] ?? '')) oclif.plugins = [];
  return pjson;
}

/*
 * oclif and its plugins may use only directories that nobody else can change, whatever the
 * environment says. The theme, which oclif would read before every command, is disabled.
 */
function keepToOwnFolders(): void {
  for (const kind of ['cache', 'config', 'data'] as const)
    process.env[`FGUARD_${kind.toUpperCase()}_DIR`] = join(userFolder(kind), 'fguard');
  process.env.FGUARD_DISABLE_THEME = '1';
}

/* The plugin for completion follows symbolic links when it writes. */
function hasOwnCache(): boolean {
  try {
    makeOwnFolder(join(userFolder('cache'), 'fguard'));
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = error.exitCode;
    return false;
  }
}

/* --version counts only in place of a command, -V also after one. */
const wantsVersion = (words: readonly string[]): boolean => {
  const [first = '', ...rest] = wordsBefore('--', words);
  return ['-V', '--version'].includes(first) || rest.includes('-V');
};

/* Help and completion belong to oclif and print what was typed unescaped. */
const isOclifs = (words: readonly string[]): boolean =>
  ['help', 'autocomplete'].includes(words[0]?.split(':')[0] ?? '') ||
  wordsBefore('--', words).some((word) => word === '--help' || word === '-h');

/** Runs the command that was typed. */
export async function main(development = false): Promise<void> {
  /* Help runs without a command of ours that could handle this. */
  listenForLoss(outputFailed);
  /* Otherwise NODE_ENV=test would make oclif look for a compiler. */
  settings.enableAutoTranspile = false;
  process.argv = exactArguments(process.argv);
  keepToOwnFolders();
  const words = process.argv.slice(2);
  noteTyped(words);
  if (wantsVersion(words)) process.argv.splice(2, Infinity, '--version');
  if (isOclifs(words)) process.argv.splice(2, Infinity, ...process.argv.slice(2).map(escapeText));
  const loadOptions = {root: packageFile(''), pjson: packageDescription(), userPlugins: false};
  if (process.argv[2]?.startsWith('autocomplete') === true && !hasOwnCache()) return;
  await execute({development, loadOptions});
}
