// SPDX-License-Identifier: MIT
import {chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync} from 'node:fs';
import {hostname} from 'node:os';
import {basename, dirname, join} from 'node:path';

import {UserError} from '../../domain/errors.js';
import {shellWord} from '../../domain/shell-word.js';
import {runCommand} from '../../linux/command.js';
import {directories} from '../../linux/files.js';
import {syncPath} from '../../linux/replace-file.js';
import {OWN_FOLDER, type SigningKey, ownKey} from './keys.js';

/* A certificate's common name has 64 characters at most. */
const commonName = (): string => `fguard module signing key of ${hostname()}`.slice(0, 64);

/* The last entry restricts the key to kernel modules: shim then accepts it for nothing else. */
const EXTENSIONS = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=digitalSignature',
  'extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2',
];

const requestArguments = ({key, certificate}: SigningKey): string[] => [
  ...['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', '36500'],
  ...['-batch', '-subj', `/CN=${commonName().replaceAll('/', '_')}/`],
  ...EXTENSIONS.flatMap((extension) => ['-addext', extension]),
  ...['-keyout', key, '-outform', 'DER', '-out', certificate],
];

async function makePair(folder: string): Promise<void> {
  const pair = ownKey(folder);
  const {code, stderr} = await runCommand('openssl', requestArguments(pair));
  if (code !== 0)
    throw new UserError('EKEY', 'openssl could not make a signing key', {output: stderr.trimEnd()});
  chmodSync(pair.key, 0o600);
  chmodSync(pair.certificate, 0o644);
  for (const path of [pair.key, pair.certificate, folder]) syncPath(path);
}

/* Removes keys of killed runs; the lock ensures that no other run creates one now. */
function dropLeftovers(folder: string): void {
  const own = `${basename(folder)}.new-`;
  for (const name of directories(dirname(folder)))
    if (name.startsWith(own)) rmSync(join(dirname(folder), name), {recursive: true, force: true});
}

/**
 * Makes a key if there is none. Key and certificate appear together, through a
 * rename that the kernel refuses if a folder with something in it is there.
 */
export async function generateKey(folder = OWN_FOLDER): Promise<SigningKey> {
  if (existsSync(folder))
    throw new UserError('EKEY', `${folder} exists, but lacks key.pem or cert.der`, {
      next: [`sudo ls -l ${shellWord(folder)}`],
    });
  mkdirSync(dirname(folder), {recursive: true, mode: 0o755});
  dropLeftovers(folder);
  const beside = mkdtempSync(`${folder}.new-`);
  try {
    await makePair(beside);
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, {recursive: true, force: true});
    throw error;
  }
  syncPath(dirname(folder));
  return ownKey(folder);
}
