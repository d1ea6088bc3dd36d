// SPDX-License-Identifier: MIT
import {accessSync, constants, existsSync, readFileSync} from 'node:fs';
import {release as ownRelease} from 'node:os';
import {join} from 'node:path';

import {UserError, wrongUsage} from '../domain/errors.js';
import {readIfPossible} from '../linux/files.js';
import {packageFile} from '../linux/package-root.js';
import {labFolder} from './cache.js';
import {OWN_KERNEL} from './prepare.js';

/** A kernel that Debian publishes. */
interface DebianKernel {
  name: string;
  suite: string;
}

/* For a machine whose release is not in the list. */
const USUAL = '6.1';

function debianKernels(): DebianKernel[] {
  const lines = readFileSync(packageFile('lab/kernels.txt'), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', suite = ''] = line.split(/\s+/);
      return {name, suite};
    });
}

/** The release of a kernel that was fetched before. */
export const cachedRelease = (name: string): string | undefined =>
  readIfPossible(join(labFolder(), 'kernels', name, 'release'))?.trim();

/** The image of the kernel that this machine runs, if its modules are also installed. */
function ownImage(release = ownRelease(), root = '/'): string | undefined {
  const modules = join(root, 'lib/modules', release);
  const images = [join(root, 'boot', `vmlinuz-${release}`), join(modules, 'vmlinuz')];
  return existsSync(modules) ? images.find((image) => existsSync(image)) : undefined;
}

function requireOwn(release: string, root: string): void {
  const image = ownImage(release, root);
  if (image === undefined)
    throw new UserError(
      'ENOKERNEL',
      `the image or the modules of kernel ${release} are not installed`,
      {
        next: [`sudo apt install linux-image-${release}`, `fguard lab --kernel ${USUAL}`],
      },
    );
  try {
    accessSync(image, constants.R_OK);
  } catch {
    throw new UserError('EACCES', `cannot read ${image}`, {
      next: ['sudo fguard lab', `fguard lab --kernel ${USUAL}`],
    });
  }
  if (!existsSync(join(root, 'lib/modules', release, 'build/Makefile')))
    throw new UserError('EREQUIREMENT', `the headers of kernel ${release} are not installed`, {
      next: [`sudo apt install linux-headers-${release}`, `fguard lab --kernel ${USUAL}`],
    });
}

/* The kernel of this machine's Debian release, if it runs Debian. */
function suiteKernel(): string {
  const text = readIfPossible('/etc/os-release') ?? '';
  const codename = /^VERSION_CODENAME="?(\w+)/m.exec(text)?.[1];
  return debianKernels().find(({suite}) => suite === codename)?.name ?? USUAL;
}

function namedKernel(asked: string): string {
  const names = debianKernels().map(({name}) => name);
  const isOfRelease = (name: string): boolean =>
    ['.', '+', '-'].some((next) => cachedRelease(name)?.startsWith(`${asked}${next}`) === true);
  const isBuilt = /^[\w.+-]+$/.test(asked) && cachedRelease(asked) !== undefined;
  if (names.includes(asked) || isBuilt) return asked;
  const found = names.find(isOfRelease);
  if (found !== undefined) return found;
  throw wrongUsage(
    `--kernel ${asked}: unknown kernel; expected one of ${[OWN_KERNEL, ...names].join(', ')}`,
  );
}

/**
 * The name of the kernel to boot: the requested one, else this machine's own if
 * it can be booted, else that of its Debian release.
 *
 * @throws UserError that says how to get what is missing
 */
export function chooseKernel(
  asked: string | undefined,
  release = ownRelease(),
  root = '/',
): string {
  if (asked !== undefined && asked !== OWN_KERNEL) return namedKernel(asked);
  if (asked === undefined && ownImage(release, root) === undefined) return suiteKernel();
  requireOwn(release, root);
  return OWN_KERNEL;
}
