// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';

import {UserError} from '../domain/errors.js';
import {packageFile} from '../linux/package-root.js';
import {type ScriptOptions, runScript} from './script.js';

/** The directory of this package. */
export const REPOSITORY = packageFile('').replace(/\/$/, '');

/** The name of the machine's own kernel among the kernels. */
export const OWN_KERNEL = 'own';

/** The files of a machine, which the scripts fetch or build, and cache. */
export interface BootFiles {
  name: string;
  release: string;
  kernel: string;
  initramfs: string;
  /** The directory that becomes /lib/modules/RELEASE, with fguard.ko in it. */
  modules: string;
  /** Whether `modules` has only our module, beside the host's own ones. */
  isOwn: boolean;
  /** The root that holds the kernel's headers. */
  headers: string;
  share: '9p' | 'virtiofs';
  /** Additional options for the kernel command line. */
  options: string;
  /** MiB. */
  memory: number;
}

export interface PrepareOptions extends ScriptOptions {
  /** Called with a short description of each step. */
  onStep?: (title: string) => void;
}

type Read = (name: string) => Promise<string>;

/** How a kernel can access this machine's files; 9p needs no separate server. */
async function chooseShare(release: string, read: Read): Promise<BootFiles['share']> {
  const list = (name: string): Promise<string> =>
    read(`lib/modules/${release}/${name}`).catch(() => '');
  const modules = (await list('modules.dep')) + (await list('modules.builtin'));
  const has = (name: string): boolean => modules.includes(`/${name}.ko`);
  if (has('9p') && has('9pnet_virtio')) return '9p';
  if (has('virtiofs')) return 'virtiofs';
  throw new UserError(
    'EOPNOTSUPP',
    `kernel ${release} has neither 9p nor virtio-fs, which the VM needs`,
    {
      next: ['fguard lab --kernel 6.1'],
    },
  );
}

/** Reads the directory of a prepared kernel. */
async function describe(dir: string): Promise<Omit<BootFiles, 'initramfs' | 'modules'>> {
  const read: Read = async (name) => (await readFile(path.join(dir, name), 'utf8')).trim();
  const ofKernel: Read = (name) => read(name).catch(() => '');
  const [name, release] = [path.basename(dir), await read('release')];
  const isOwn = name === OWN_KERNEL;
  return {
    name,
    release,
    kernel: path.join(dir, 'vmlinuz'),
    isOwn,
    headers: isOwn ? '' : path.join(dir, '../../roots', await read('suite')),
    share: await chooseShare(release, read),
    options: await ofKernel('options'),
    memory: Number((await ofKernel('memory')) || 1536),
  };
}

/** @param kernel a name of lab/kernels.txt, "own", or the beginning of a release */
export async function prepare(kernel: string, options: PrepareOptions = {}): Promise<BootFiles> {
  const {onStep = () => undefined} = options;
  onStep(`preparing kernel ${kernel}`);
  await runScript('kernel', [kernel], options);
  const initramfs = await runScript('initramfs', [kernel], options);
  const files = await describe(path.dirname(initramfs));
  onStep(`preparing the module for ${files.release}`);
  const base = await runScript('module', [kernel], options);
  return {...files, initramfs, modules: path.join(base, 'lib/modules', files.release)};
}
