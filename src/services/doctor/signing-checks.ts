// SPDX-License-Identifier: MIT
/* Whether this kernel takes a module that is signed as ours is. */

import {readRegular} from '../../linux/files.js';
import {installedFiles} from '../rebuild/install.js';
import {certificateName, findKey, keyPlaces} from '../signing/keys.js';
import {isEnrolled, isSignatureEnforced, lockdownMode, secureBoot} from '../signing/secure-boot.js';
import {splitSignature} from '../signing/signature.js';
import {type Check, type Finding, failed, ok, unknown, warning} from './check.js';
import type {Host} from './host.js';

const isLoaded = (host: Host): boolean => host.exists('/sys/module/fguard');

/* Undefined: no module is there to be looked at. */
function isSigned(host: Host): boolean | undefined {
  const [file] = installedFiles(host.kernel, host.modules);
  if (!file?.endsWith('.ko')) return undefined;
  return splitSignature(readRegular(file)).signature !== undefined;
}

/* Of a kernel that takes signed modules only. */
function judge(host: Host, why: string): Finding {
  if (isLoaded(host)) return ok(`${why}; fguard is in`);
  const signed = isSigned(host);
  if (signed === true) return ok(`${why}; the installed module is signed`);
  const detail = `${why}: modules must be signed`;
  return signed === false
    ? failed(`${detail}, and the installed one is not`)
    : warning(`${detail}; rebuild signs it`);
}

function checkLockdown(host: Host): Finding {
  const mode = lockdownMode(host.folder);
  if (mode === undefined)
    return host.exists('/sys/kernel/security')
      ? ok('this kernel has none')
      : unknown('/sys/kernel/security is not there');
  return mode === 'none' ? ok('none') : judge(host, mode);
}

const checkEnforcement = (host: Host): Finding =>
  isSignatureEnforced(host.folder) ? judge(host, 'enforced') : ok('not enforced');

async function checkSecureBoot(host: Host): Promise<Finding> {
  const on = secureBoot(host.folder);
  if (on === undefined) return unknown('the firmware does not tell');
  if (!on) return ok('off');
  const key = findKey(keyPlaces(host.folder));
  if (key === undefined) return judge(host, 'on, and there is no key to sign with');
  const name = certificateName(key.certificate);
  const enrolled = await isEnrolled(key.certificate);
  if (enrolled === true) return judge(host, `on, and the firmware knows the key "${name}"`);
  if (enrolled === undefined)
    return unknown(
      `on; whether the firmware knows the key "${name}" cannot be told`,
      'sudo apt install mokutil',
    );
  const detail = `on, and the firmware does not know the key "${name}"`;
  const fix = `sudo mokutil --import ${key.certificate}`;
  return isLoaded(host) ? warning(detail, fix) : failed(detail, fix);
}

export const SIGNING_CHECKS: readonly Check[] = [
  {title: 'kernel lockdown', check: checkLockdown, fix: 'sudo fguard rebuild'},
  {title: 'Secure Boot', check: checkSecureBoot, fix: 'sudo fguard rebuild'},
  {title: 'module signatures', check: checkEnforcement, fix: 'sudo fguard rebuild'},
];
