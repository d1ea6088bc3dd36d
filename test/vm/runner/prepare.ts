// SPDX-License-Identifier: MIT
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** What a machine is made of; the scripts bring it, and cache it. */
export interface BootFiles {
  name: string;
  release: string;
  kernel: string;
  initramfs: string;
  /** What becomes /lib/modules/RELEASE, with fguard.ko in it. */
  modules: string;
  /** The root that holds the kernel's headers. */
  headers: string;
  share: '9p' | 'virtiofs';
  /** What this kernel needs beside what all do; for the command line. */
  options: string;
  /** MiB. */
  memory: number;
}

async function script(name: string, ...args: string[]): Promise<string> {
  const file = path.join(REPOSITORY, 'scripts', `${name}.sh`);
  const {stdout} = await promisify(execFile)('bash', [file, ...args], {maxBuffer: 64 << 20});
  return stdout.trim();
}

/** @param kernel a name of test/vm/kernels.txt, or the beginning of a release */
export async function prepare(kernel: string): Promise<BootFiles> {
  await script('kernel', kernel);
  const initramfs = await script('initramfs', kernel);
  const base = await script('module', kernel);
  const dir = path.dirname(initramfs);
  const read = async (name: string): Promise<string> =>
    (await readFile(path.join(dir, name), 'utf8')).trim();
  const ofKernel = (name: string): Promise<string> => read(name).catch(() => '');
  const release = await read('release');
  return {
    name: path.basename(dir),
    release,
    kernel: path.join(dir, 'vmlinuz'),
    initramfs,
    modules: path.join(base, 'lib/modules', release),
    headers: path.join(dir, '../../roots', await read('suite')),
    share: (await read(`lib/modules/${release}/modules.dep`)).includes('/9p.ko')
      ? '9p'
      : 'virtiofs',
    options: await ofKernel('options'),
    memory: Number((await ofKernel('memory')) || 1536),
  };
}
