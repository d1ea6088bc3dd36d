// SPDX-License-Identifier: MIT
/* Whether this kernel accepts the signature of our module. */

import {readRegular} from '../../linux/files.js';
import {installedFiles} from '../rebuild/install.js';
import {certificateName, findKey, keyPlaces} from '../signing/keys.js';
import {isEnrolled, isSignatureEnforced, lockdownMode, secureBoot} from '../signing/secure-boot.js';
import {splitSignature} from '../signing/signature.js';
import {type Check, type Finding, failed, ok, unknown, warning} from './check.js';
import type {Host} from './host.js';

const isLoaded = (host: Host): boolean => host.exists('/sys/module/fguard');

/* Undefined: no module is installed. */
function isSigned(host: Host): boolean | undefined {
  const [file] = installedFiles(host.kernel, host.modules);
  if (!file?.endsWith('.ko')) return undefined;
  return splitSignature(readRegular(file)).signature !== undefined;
}

/* For a kernel that accepts only signed modules. */
function judge(host: Host, why: string): Finding {
  if (isLoaded(host)) return ok(`${why}; fguard is loaded`);
  const signed = isSigned(host);
  if (signed === true) return ok(`${why}; the installed module is signed`);
  const detail = `${why}: modules must be signed`;
  return signed === false
    ? failed(`${detail}, and the installed one is not signed`)
    : warning(`${detail}; \`fguard rebuild\` signs it`);
}

function checkLockdown(host: Host): Finding {
  const mode = lockdownMode(host.folder);
  if (mode === undefined)
    return host.exists('/sys/kernel/security')
      ? ok('this kernel has none')
      : unknown('/sys/kernel/security does not exist');
  return mode === 'none' ? ok('none') : judge(host, mode);
}

const checkEnforcement = (host: Host): Finding =>
  isSignatureEnforced(host.folder) ? judge(host, 'enforced') : ok('not enforced');

async function checkSecureBoot(host: Host): Promise<Finding> {
  const on = secureBoot(host.folder);
  if (on === undefined) return unknown('the firmware does not report it');
  if (!on) return ok('off');
  const key = findKey(keyPlaces(host.folder));
  if (key === undefined) return judge(host, 'on, and no signing key exists');
  const name = certificateName(key.certificate);
  const enrolled = await isEnrolled(key.certificate);
  if (enrolled === true)
    return judge(host, `on, and the key "${name}" is enrolled in the firmware`);
  if (enrolled === undefined)
    return unknown(
      `on; cannot tell whether the key "${name}" is enrolled in the firmware`,
      'sudo apt install mokutil',
    );
  const detail = `on, and the key "${name}" is not enrolled in the firmware`;
  const fix = `sudo mokutil --import ${key.certificate}`;
  return isLoaded(host) ? warning(detail, fix) : failed(detail, fix);
}

export const SIGNING_CHECKS: readonly Check[] = [
  {title: 'kernel lockdown', check: checkLockdown, fix: 'sudo fguard rebuild'},
  {title: 'Secure Boot', check: checkSecureBoot, fix: 'sudo fguard rebuild'},
  {title: 'module signatures', check: checkEnforcement, fix: 'sudo fguard rebuild'},
];
