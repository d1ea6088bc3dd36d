// SPDX-License-Identifier: MIT
import {execute} from '@oclif/core/execute';
import type {PJSON} from '@oclif/core/interfaces';
import {settings} from '@oclif/core/settings';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import agent from './commands/agent.js';
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
import commandNotFound from './hooks/command-not-found.js';
import {exactArguments} from './services/argv.js';
import {packageFile} from './services/package-root.js';

/* oclif finds both by name: see "oclif" in package.json. */
export const COMMANDS = {
  agent,
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

/* The commands are those of this very module, built or not. */
function packageDescription(): PJSON {
  const pjson = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as PJSON;
  const target = fileURLToPath(import.meta.url);
  const {oclif} = pjson;
  oclif.commands = {strategy: 'explicit', target, identifier: 'COMMANDS'};
  oclif.hooks = {command_not_found: {target, identifier: 'commandNotFound'}};
  /* Help and completion are plugins: their files are read when somebody asks for no command of ours. */
  if (Object.hasOwn(COMMANDS, process.argv[2] ?? '')) oclif.plugins = [];
  return pjson;
}

/** Runs the command that was typed. */
export async function main(development = false): Promise<void> {
  /* Else NODE_ENV=test would make oclif look for a compiler. */
  settings.enableAutoTranspile = false;
  process.argv = exactArguments(process.argv);
  const loadOptions = {root: packageFile(''), pjson: packageDescription(), userPlugins: false};
  await execute({development, loadOptions});
}
