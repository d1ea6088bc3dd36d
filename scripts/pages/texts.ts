// SPDX-License-Identifier: MIT
// Texts of manual pages and the reference that are not in the help of the commands.

export type Row = readonly [string, string];

export const EXIT_STATUS: readonly Row[] = [
  ['0', 'done'],
  ['1', 'refused or failed'],
  ['2', 'wrong usage'],
  ['3', 'the module is not loaded'],
  ['4', 'not permitted'],
  ['130', 'interrupted'],
];

/** For `run` and `lab`. */
export const OWN_EXIT_STATUS =
  '`fguard run` and `fguard lab` exit with the exit code of the command they run, or with 128 plus the number of the signal that ended it.';

export const FILES: readonly Row[] = [
  ['/etc/fguard/rules.d/*.yaml', 'saved rules, applied at boot'],
  ['/etc/fguard/agent.yaml', 'policy of fguard-agent.service'],
  ['/etc/fguard/signing.key, signing.crt', 'key and certificate to sign the module with'],
  ['/var/lib/fguard/mok', 'signing key that fguard created'],
  ['/lib/modules/VERSION/updates/fguard.ko', 'module for a kernel'],
  ['/var/cache/fguard', 'modules built before'],
];

export const ENVIRONMENT: readonly Row[] = [
  ['NO_COLOR', 'if set, print no colours'],
  ['FGUARD_LIBRARY', 'path of the libfguard.so to use'],
  ['FGUARD_JOURNAL', 'socket of the journal to write to, such as that of a namespace'],
  ['FGUARD_CACHE', 'directory for cached files, instead of /var/cache/fguard or ~/.cache/fguard'],
  ['KBUILD_SIGN_PIN', 'passphrase of the signing key'],
];

export const COMMON_FLAGS: readonly Row[] = [
  ['-h, --help', 'print help'],
  ['-V, --version', 'print the version'],
  ['-q, --quiet', 'print only errors and requested data'],
  ['--json', 'print one JSON document, or one object per line where events are streamed'],
];
