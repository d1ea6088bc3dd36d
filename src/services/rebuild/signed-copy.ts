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

/** With what a module is signed. */
export interface Signed {
  /** Whom the certificate is about; null: it is not signed. */
  signer: string | null;
  certificate: string | null;
  /** Whether this machine's firmware knows the key; null: that cannot be told. */
  enrolled: boolean | null;
}

const UNSIGNED: Signed = {signer: null, certificate: null, enrolled: null};

const isSigned = (file: string): boolean =>
  existsSync(file) && splitSignature(readRegular(file)).signature !== undefined;

/* The one that is there was signed with a key that is not here now: without one it would be lost. */
function requireUnsigned(kernel: string): void {
  const file = installedFile(kernel);
  if (!isSigned(file)) return;
  throw new UserError('EUNSIGNED', `${file} is signed, and there is no key to sign a new one`, {
    next: ['sudo fguard rebuild --sign-key FILE --sign-cert FILE', `sudo rm ${file}`],
  });
}

/** The key that was given, or one that is found; where modules must be signed, one is made. */
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

/** The module as it is to be installed: signed, in the folder, if there is a key. */
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
