// SPDX-License-Identifier: MIT
import {existsSync, readdirSync} from 'node:fs';
import {machine} from 'node:os';

import {readIfPossible} from './files.js';

export const MODULES_ROOT = '/lib/modules';

/** What is known of a kernel's build folder before anything is built. */
export interface KernelTree {
  kernel: string;
  build: string;
  /** include/config/auto.conf, or undefined without headers. */
  config: ReadonlyMap<string, string> | undefined;
  /** What the kernel runs on, as uname says it; without headers this machine's. */
  architecture: string;
  /** What the compiler that built the kernel said of itself; empty if unknown. */
  compilerText: string;
  /** Versions of every symbol the kernel exports: with the configuration, its identity. */
  symbols: string;
  /** The programs of the build, which come in a package of their own, are there. */
  hasTools: boolean;
}

/** The settings in a kernel's configuration: the names that have a value, without quotes. */
export function parseConfig(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('CONFIG_'));
  return new Map(
    lines.map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1).replace(/^"(.*)"$/, '$1')];
    }),
  );
}

/* The names of the configuration are not those of uname; one that we do not know is told as it is. */
const ARCHITECTURES: readonly (readonly [option: string, architecture: string])[] = [
  ['CONFIG_X86_64', 'x86_64'],
  ['CONFIG_X86_32', 'i686'],
  ['CONFIG_ARM64', 'aarch64'],
  ['CONFIG_ARM', 'armv7l'],
  ['CONFIG_PPC64', 'ppc64le'],
  ['CONFIG_RISCV', 'riscv64'],
  ['CONFIG_S390', 's390x'],
  ['CONFIG_LOONGARCH', 'loongarch64'],
  ['CONFIG_MIPS', 'mips64'],
];

/** What a kernel of this configuration runs on; one without is taken for this machine's. */
export function architectureOf(config: ReadonlyMap<string, string> | undefined): string {
  if (config === undefined) return machine();
  const found = ARCHITECTURES.find(([option]) => config.get(option) === 'y');
  return found?.[1] ?? 'another architecture';
}

export function readKernelTree(kernel: string, root = MODULES_ROOT): KernelTree {
  const build = `${root}/${kernel}/build`;
  const text = readIfPossible(`${build}/include/config/auto.conf`);
  const config = text === undefined ? undefined : parseConfig(text);
  return {
    kernel,
    build,
    config,
    architecture: architectureOf(config),
    compilerText: config?.get('CONFIG_CC_VERSION_TEXT') ?? '',
    symbols: readIfPossible(`${build}/Module.symvers`) ?? '',
    hasTools: existsSync(`${build}/scripts/mod/modpost`),
  };
}

/** The kernels that have a folder of modules. */
export function knownKernels(root = MODULES_ROOT): string[] {
  try {
    return readdirSync(root).sort();
  } catch {
    return [];
  }
}

/* Headers alone make a folder there, and so does what a kernel that is gone left behind. */
const isInstalled = (folder: string): boolean =>
  existsSync(`${folder}/kernel`) || existsSync(`${folder}/modules.builtin`);

/** Of these, those that can boot. */
export const installedKernels = (root = MODULES_ROOT): string[] =>
  knownKernels(root).filter((kernel) => isInstalled(`${root}/${kernel}`));
