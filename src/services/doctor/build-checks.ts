// SPDX-License-Identifier: MIT
/* What a build of the module needs, and the modules built so far. */
import {installedFiles} from '../rebuild/install.js';
import {installedKernels} from '../../linux/kernel-tree.js';
import {type Missing, missingTools} from '../rebuild/requirements.js';
import {type Check, type Finding, failed, ok, warning} from './check.js';
import type {Host} from './host.js';

const hasModule = (host: Host, kernel = host.kernel): boolean =>
  installedFiles(kernel, host.modules).length > 0;

const isThere = (host: Host): boolean => host.exists('/sys/module/fguard') || hasModule(host);

/* With a module installed, this is needed only for the next build. */
const lacking = (host: Host, detail: string, fix: string | null): Finding =>
  isThere(host) ? warning(`${detail}; the next rebuild will need it`, fix) : failed(detail, fix);

const listed = (missing: readonly Missing[]): string => missing.map(({what}) => what).join('; ');

const firstRemedy = (missing: readonly Missing[]): string | null =>
  missing.find(({next}) => next !== null)?.next ?? null;

function checkHeaders(host: Host): Finding {
  const {kernel, tree} = host;
  if (tree.config !== undefined) return ok(tree.build);
  return lacking(host, `missing: ${tree.build}`, `sudo apt install linux-headers-${kernel}`);
}

async function checkTools(host: Host): Promise<Finding> {
  const tools = await host.tools();
  const missing = missingTools(host.tree, tools);
  if (missing.length > 0) return lacking(host, `missing ${listed(missing)}`, firstRemedy(missing));
  const compiler = tools.compiler.fitting;
  return compiler === undefined ? ok('make') : ok(`make, ${compiler.text}`);
}

function checkInstalled(host: Host): Finding {
  const [file] = installedFiles(host.kernel, host.modules);
  if (file !== undefined) return ok(file);
  return warning(`no module installed for ${host.kernel}; \`fguard load\` builds it`);
}

/** After an upgrade, the machine boots one of these. */
function checkOtherKernels(host: Host): Finding {
  const others = installedKernels(host.modules).filter((kernel) => kernel !== host.kernel);
  const without = others.filter((kernel) => !hasModule(host, kernel));
  if (others.length === 0) return ok('no other kernels installed');
  if (without.length === 0) return ok(`a module is installed for each: ${others.join(', ')}`);
  return warning(`no module for ${without.join(', ')}`);
}

function checkUpgrades(host: Host): Finding {
  if (host.exists('/var/lib/dkms/fguard')) return ok('DKMS rebuilds the module for new kernels');
  if (host.exists('/etc/kernel/postinst.d/fguard'))
    return ok('a hook rebuilds the module for new kernels');
  return warning('no hook rebuilds the module for new kernels; they would boot unprotected');
}

export const BUILD_CHECKS: readonly Check[] = [
  {title: 'kernel headers', check: checkHeaders, fix: null},
  {title: 'build tools', check: checkTools, fix: null},
  {title: 'module file', check: checkInstalled, fix: 'sudo fguard rebuild'},
  {title: 'other kernels', check: checkOtherKernels, fix: 'sudo fguard rebuild --all'},
  {title: 'kernel upgrades', check: checkUpgrades, fix: 'sudo fguard service install'},
];
