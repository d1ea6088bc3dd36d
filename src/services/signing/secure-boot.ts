// SPDX-License-Identifier: MIT
/* What this machine requires of modules, and whether it accepts a key. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {hasProgram, runCommand} from '../../linux/command.js';
import {readIfPossible} from '../../linux/files.js';
import {withScratch} from '../../linux/scratch.js';
import {readCertificate} from './keys.js';

const FIRMWARE = '/sys/firmware/efi';
const VARIABLE = `${FIRMWARE}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
/* Before the value there are four bytes of attributes. */
const VALUE_AT = 4;

/** Whether Secure Boot is on; undefined if the firmware does not report it. */
export function secureBoot(root = ''): boolean | undefined {
  try {
    return readFileSync(`${root}${VARIABLE}`)[VALUE_AT] === 1;
  } catch {
    return readIfPossible(`${root}${FIRMWARE}/fw_platform_size`) === undefined ? false : undefined;
  }
}

/** The lockdown mode: none, integrity or confidentiality; undefined if this kernel has no lockdown. */
export const lockdownMode = (root = ''): string | undefined =>
  /\[(\w+)\]/.exec(readIfPossible(`${root}/sys/kernel/security/lockdown`) ?? '')?.[1];

export const isSignatureEnforced = (root = ''): boolean =>
  readIfPossible(`${root}/sys/module/module/parameters/sig_enforce`)?.trim() === 'Y';

/** Whether modules must be signed on this machine. */
export const needsSignature = (root = ''): boolean =>
  secureBoot(root) === true ||
  isSignatureEnforced(root) ||
  (lockdownMode(root) ?? 'none') !== 'none';

/** Whether this certificate is enrolled in the firmware; undefined if that cannot be determined. */
export async function isEnrolled(certificate: string): Promise<boolean | undefined> {
  if (!hasProgram('mokutil')) return undefined;
  const said = await withScratch(async (folder) => {
    const file = join(folder, 'cert.der');
    writeFileSync(file, readCertificate(certificate).raw);
    const {stdout, stderr} = await runCommand('mokutil', ['--test-key', file]);
    return stdout + stderr;
  });
  if (said.includes('is already')) return true;
  return said.includes('is not enrolled') ? false : undefined;
}
