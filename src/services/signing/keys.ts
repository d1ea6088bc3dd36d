// SPDX-License-Identifier: MIT
import {type KeyObject, X509Certificate, createPrivateKey} from 'node:crypto';
import {accessSync, constants, existsSync} from 'node:fs';

import {UserError} from '../../domain/errors.js';
import {readRegular} from '../../linux/files.js';

/** A private key and its certificate. */
export interface SigningKey {
  key: string;
  certificate: string;
}

/** Where a key made by fguard is. */
export const OWN_FOLDER = '/var/lib/fguard/mok';
export const ownKey = (folder = OWN_FOLDER): SigningKey => ({
  key: `${folder}/key.pem`,
  certificate: `${folder}/cert.der`,
});

/* The administrator's, ours, those of DKMS on Debian and on Ubuntu. */
const PLACES: readonly SigningKey[] = [
  {key: '/etc/fguard/signing.key', certificate: '/etc/fguard/signing.crt'},
  ownKey(),
  {key: '/var/lib/dkms/mok.key', certificate: '/var/lib/dkms/mok.pub'},
  {key: '/var/lib/shim-signed/mok/MOK.priv', certificate: '/var/lib/shim-signed/mok/MOK.der'},
];

/** Where to look for a key; the root of the file system is a parameter for tests. */
export const keyPlaces = (root = ''): SigningKey[] =>
  PLACES.map(({key, certificate}) => ({key: root + key, certificate: root + certificate}));

/** The first key that is there. */
export const findKey = (places = keyPlaces()): SigningKey | undefined =>
  places.find(({key, certificate}) => existsSync(key) && existsSync(certificate));

function requireReadable(file: string, what: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new UserError('EKEY', `cannot read the ${what} ${file}`);
  }
}

function readPrivateKey(file: string): KeyObject {
  const passphrase = process.env.KBUILD_SIGN_PIN;
  try {
    return createPrivateKey({key: readRegular(file), ...(passphrase && {passphrase})});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('EKEY', `cannot use ${file} as a private key (PEM): ${reason}`);
  }
}

/** Throws unless both files exist, are valid, and belong together. */
export function requireKey({key, certificate}: SigningKey): void {
  requireReadable(key, 'key');
  requireReadable(certificate, 'certificate');
  if (readCertificate(certificate).checkPrivateKey(readPrivateKey(key))) return;
  throw new UserError('EKEY', `the key ${key} does not belong to the certificate ${certificate}`);
}

/** A certificate, PEM or DER. */
export function readCertificate(file: string): X509Certificate {
  try {
    return new X509Certificate(readRegular(file));
  } catch {
    throw new UserError('EKEY', `${file} is not a certificate (X.509, PEM or DER)`);
  }
}

/** The subject of a certificate, on one line. */
export function certificateName(file: string): string {
  const {subject} = readCertificate(file);
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}
