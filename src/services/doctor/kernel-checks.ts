// SPDX-License-Identifier: MIT
/* The running kernel, and what this process may do with it. */
import {gunzipSync} from 'node:zlib';

import {readRegular} from '../../linux/files.js';
import {processFields} from '../../linux/proc.js';
import {parseConfig} from '../../linux/kernel-tree.js';
import {missingOptions, wrongArchitecture} from '../rebuild/requirements.js';
import {type Check, type Finding, failed, ok, unknown} from './check.js';
import type {Host} from './host.js';

const OLDEST = [5, 10] as const;

const DEBIAN_KERNEL = `sudo apt install linux-image-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;

function checkVersion({kernel}: Host): Finding {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld ? failed(`${kernel} is older than ${OLDEST.join('.')}`) : ok(kernel);
}

function checkArchitecture({tree}: Host): Finding {
  const wrong = wrongArchitecture(tree);
  return wrong === undefined ? ok(tree.architecture) : failed(wrong);
}

/* A kernel may contain its own configuration, compressed. */
function packedConfig(host: Host): string | undefined {
  try {
    return gunzipSync(readRegular(`${host.folder}/proc/config.gz`)).toString();
  } catch {
    return undefined;
  }
}

function checkOptions(host: Host): Finding {
  const {kernel, tree} = host;
  const text = host.read(`/boot/config-${kernel}`) ?? packedConfig(host);
  const config = tree.config ?? (text === undefined ? undefined : parseConfig(text));
  if (config === undefined) return unknown(`cannot find the configuration of ${kernel}`);
  const missing = missingOptions({...tree, config});
  if (missing.length > 0) return failed(missing.map(({what}) => what).join('; '));
  return ok('modules, security hooks on paths, tracing with arguments');
}

function checkModulesAllowed(host: Host): Finding {
  if (host.read('/proc/sys/kernel/modules_disabled')?.trim() !== '1')
    return ok('module loading is enabled');
  return host.exists('/sys/module/fguard')
    ? ok('module loading is disabled until reboot; fguard is loaded')
    : failed('kernel.modules_disabled is 1: module loading is disabled until reboot');
}

/* Bits of the capability masks. */
const CAPABILITIES = {CAP_SYS_MODULE: 16, CAP_SYS_ADMIN: 21} as const;

function checkCapabilities({isRoot}: Host): Finding {
  if (!isRoot) return unknown('not running as root', 'sudo fguard doctor');
  const mask = BigInt(`0x${processFields(process.pid)?.get('CapEff') ?? '0'}`);
  const lacking = Object.entries(CAPABILITIES).filter(
    ([, bit]) => ((mask >> BigInt(bit)) & 1n) === 0n,
  );
  if (lacking.length === 0) return ok('root, with CAP_SYS_MODULE and CAP_SYS_ADMIN');
  const names = lacking.map(([name]) => name).join(' and ');
  return failed(`root without ${names}, as in a container: the module cannot be loaded from here`);
}

export const KERNEL_CHECKS: readonly Check[] = [
  {title: 'kernel', check: checkVersion, fix: DEBIAN_KERNEL},
  {title: 'architecture', check: checkArchitecture, fix: null},
  {title: 'kernel options', check: checkOptions, fix: DEBIAN_KERNEL},
  {title: 'module loading', check: checkModulesAllowed, fix: 'sudo systemctl reboot'},
  {title: 'permission', check: checkCapabilities, fix: 'fguard lab'},
];
