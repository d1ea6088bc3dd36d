// SPDX-License-Identifier: MIT
import {rmSync, writeFileSync} from 'node:fs';

import {UserError} from '../../domain/errors.js';
import {hasProgram, runCommand} from '../../linux/command.js';
import {readRegular} from '../../linux/files.js';
import type {KernelTree} from '../../linux/kernel-tree.js';
import type {SigningKey} from './keys.js';
import {appendSignature} from './signature.js';

type Sign = (file: string, hash: string, key: SigningKey) => Promise<void>;

/* The passphrase of the key, in the variable that the kernel's own programs read. */
function pin(): NodeJS.ProcessEnv {
  const {KBUILD_SIGN_PIN} = process.env;
  return KBUILD_SIGN_PIN === undefined ? {} : {KBUILD_SIGN_PIN};
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const {code, stderr} = await runCommand(program, args, {env: pin()});
  if (code === 0) return;
  throw new UserError('ESIGN', `the module was not signed: ${program} failed`, {
    output: stderr.trimEnd(),
  });
}

/* The kernel's own program, and the one that Ubuntu packages: both sign in place. */
const inPlace =
  (program: string): Sign =>
  (file, hash, {key, certificate}) =>
    run(program, [hash, key, certificate, file]);

const passphrase = (): string[] =>
  process.env.KBUILD_SIGN_PIN === undefined ? [] : ['-passin', 'env:KBUILD_SIGN_PIN'];

const withOpenssl: Sign = async (file, hash, {key, certificate}) => {
  const message = `${file}.p7s`;
  const how = ['-binary', '-noattr', '-nocerts', '-nosmimecap', '-outform', 'DER', '-md', hash];
  const what = ['-signer', certificate, '-inkey', key, '-in', file, '-out', message];
  await run('openssl', ['cms', '-sign', ...how, ...what, ...passphrase()]);
  writeFileSync(file, appendSignature(readRegular(file), readRegular(message)));
  rmSync(message);
};

function chooseSigner(build: string): Sign {
  const kernels = `${build}/scripts/sign-file`;
  if (hasProgram(kernels)) return inPlace(kernels);
  return hasProgram('kmodsign') ? inPlace('kmodsign') : withOpenssl;
}

/** Signs a module in place, with the hash that its kernel's own modules have. */
export const signModule = ({build, config}: KernelTree, file: string, key: SigningKey) =>
  chooseSigner(build)(file, config?.get('CONFIG_MODULE_SIG_HASH') ?? 'sha256', key);
