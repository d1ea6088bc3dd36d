// SPDX-License-Identifier: MIT
import {copyFileSync, existsSync} from 'node:fs';
import {join} from 'node:path';

import {UserError} from '../../domain/errors.js';
import {readRegular} from '../../linux/files.js';
import {generateKey} from '../signing/generate.js';
import {type SigningKey, certificateName, findKey} from '../signing/keys.js';
import {isEnrolled, needsSignature} from '../signing/secure-boot.js';
import {signModule} from '../signing/sign.js';
import {splitSignature} from '../signing/signature.js';
import {installedFile} from './install.js';
import type {KernelTree} from '../../linux/kernel-tree.js';

/** The key a module is signed with. */
export interface Signed {
  /** The subject of the certificate; null: not signed. */
  signer: string | null;
  certificate: string | null;
  /** Whether the key is enrolled in the firmware; null: unknown. */
  enrolled: boolean | null;
}

const UNSIGNED: Signed = {signer: null, certificate: null, enrolled: null};

const isSigned = (file: string): boolean =>
  existsSync(file) && splitSignature(readRegular(file)).signature !== undefined;

/* The installed module was signed with a key that is missing now: do not replace it unsigned. */
function requireUnsigned(kernel: string): void {
  const file = installedFile(kernel);
  if (!isSigned(file)) return;
  throw new UserError('EUNSIGNED', `${file} is signed, and there is no key to sign a new one`, {
    next: ['sudo fguard rebuild --sign-key FILE --sign-cert FILE', `sudo rm ${file}`],
  });
}

/** The given key, or one that is found; if modules must be signed, one is made. */
export async function chooseKey(
  {kernel, config}: KernelTree,
  given: SigningKey | undefined,
): Promise<SigningKey | undefined> {
  const found = given ?? findKey();
  if (found !== undefined) return found;
  requireUnsigned(kernel);
  const forced = config?.get('CONFIG_MODULE_SIG_FORCE') === 'y';
  return forced || needsSignature() ? generateKey() : undefined;
}

/** The module to install: signed, in the given directory, if there is a key. */
export async function signedCopy(
  file: string,
  folder: string,
  tree: KernelTree,
  key: SigningKey | undefined,
): Promise<{file: string; by: Signed}> {
  if (key === undefined) return {file, by: UNSIGNED};
  const copy = join(folder, 'fguard.signed.ko');
  copyFileSync(file, copy);
  await signModule(tree, copy, key);
  const {certificate} = key;
  const enrolled = (await isEnrolled(certificate)) ?? null;
  return {file: copy, by: {signer: certificateName(certificate), certificate, enrolled}};
}
