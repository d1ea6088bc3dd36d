// SPDX-License-Identifier: MIT
/* The loaded module, and whether command and answerers match it. */
import {fguard_else} from '../../domain/uapi.gen.js';
import {isLoadedFromOther} from '../module/module-info.js';
import {installedFiles} from '../rebuild/install.js';
import {packageVersion} from '../../linux/package-root.js';
import {
  type Check,
  type Finding,
  failed,
  needsRoot,
  ok,
  unanswered,
  unknown,
  warning,
} from './check.js';
import type {Host} from './host.js';

const {FGUARD_ELSE_ASK} = fguard_else;
const RELOAD = 'sudo fguard unload && sudo fguard load';

async function checkLoaded(host: Host): Promise<Finding> {
  if (!host.exists('/sys/module/fguard')) return warning('not loaded: nothing is guarded');
  const answer = await host.module();
  if (!('refusal' in answer)) {
    const {version, locked} = answer.status;
    return ok(`version ${version}${locked ? ', locked until reboot' : ''}`);
  }
  const {code, message} = answer.refusal;
  if (code === 'EPERM') return needsRoot('reading the status of the module');
  return failed(message, answer.refusal.next.join(' && ') || RELOAD);
}

async function checkLibrary(host: Host): Promise<Finding> {
  const answer = await host.module();
  if (!('refusal' in answer)) return ok(`uses protocol ${answer.status.abi}, as the module does`);
  const {code, message, next} = answer.refusal;
  if (code === 'ENOLIBRARY') return failed(message, next[0] ?? null);
  return code === 'EVERSION' ? failed(message, next.join(' && ')) : ok('found');
}

async function checkVersions(host: Host): Promise<Finding> {
  const version = host.read('/sys/module/fguard/version')?.trim();
  const ours = packageVersion();
  if (version === undefined) return unknown('the module is not loaded');
  if (version !== ours)
    return warning(`the loaded module is version ${version}, the command is ${ours}`);
  const [installed] = installedFiles(host.kernel, host.modules);
  if (installed !== undefined && (await isLoadedFromOther(installed, host.folder)))
    return warning(`the loaded module and ${installed} were built from different sources`);
  return ok(`module and command are both version ${ours}`);
}

/* Without an answerer, a rule that asks always gives its default. */
async function checkAnswerer(host: Host): Promise<Finding> {
  const answer = await host.module();
  if ('refusal' in answer) return unanswered(answer.refusal);
  const asking = answer.rules.filter(({elseAction}) => elseAction === FGUARD_ELSE_ASK);
  const {answerers} = answer.status;
  if (asking.length === 0) return ok('no rule asks');
  if (answerers > 0) return ok(`${answerers} for ${asking.length} rules that ask`);
  const ids = asking.map(({id}) => id).join(', ');
  return warning(`rules ask (${ids}), but no answerer is running: requests get the default`);
}

export const MODULE_CHECKS: readonly Check[] = [
  {title: 'module', check: checkLoaded, fix: 'sudo fguard load'},
  {title: 'library', check: checkLibrary, fix: null},
  {title: 'versions', check: checkVersions, fix: RELOAD},
  {title: 'answerer', check: checkAnswerer, fix: 'sudo fguard ask'},
];
