// SPDX-License-Identifier: MIT
/* The module that is loaded, and what belongs to it. */
import {packageVersion} from '../package-root.js';
import {type Check, type Finding, failed, needsRoot, ok, unknown, warning} from './check.js';
import type {Host} from './host.js';

const RELOAD = 'sudo fguard unload && sudo fguard load';

async function checkLoaded(host: Host): Promise<Finding> {
  if (!host.exists('/sys/module/fguard')) return warning('not loaded: nothing is guarded');
  const answer = await host.module();
  if (!('refusal' in answer)) return ok(`version ${answer.status.version}`);
  const {code, message} = answer.refusal;
  if (code === 'EPERM') return needsRoot('asking the module');
  return failed(message, answer.refusal.next.join(' && ') || RELOAD);
}

async function checkLibrary(host: Host): Promise<Finding> {
  const answer = await host.module();
  if (!('refusal' in answer)) return ok(`speaks protocol ${answer.status.abi}, as the module does`);
  const {code, message, next} = answer.refusal;
  if (code === 'ENOLIBRARY') return failed(message, next[0] ?? null);
  return code === 'EVERSION' ? failed(message, next.join(' && ')) : ok('there');
}

function checkVersions(host: Host): Finding {
  const version = host.read('/sys/module/fguard/version')?.trim();
  const ours = packageVersion();
  if (version === undefined) return unknown('only a loaded module has a version');
  if (version === ours) return ok(`module and command are both ${ours}`);
  return warning(`the loaded module is ${version}, the command is ${ours}`);
}

export const MODULE_CHECKS: readonly Check[] = [
  {title: 'module', check: checkLoaded, fix: 'sudo fguard load'},
  {title: 'library', check: checkLibrary, fix: null},
  {title: 'versions', check: checkVersions, fix: RELOAD},
];
