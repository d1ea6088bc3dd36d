// SPDX-License-Identifier: MIT
import {existsSync, readdirSync} from 'node:fs';
import {machine} from 'node:os';

import {readIfPossible} from './files.js';

export const MODULES_ROOT = '/lib/modules';

/** What a kernel's build directory says before anything is built. */
export interface KernelTree {
  kernel: string;
  build: string;
  /** include/config/auto.conf, or undefined without headers. */
  config: ReadonlyMap<string, string> | undefined;
  /** The kernel's architecture, as named by uname; without headers, that of this machine. */
  architecture: string;
  /** Version line of the compiler that built the kernel; empty if unknown. */
  compilerText: string;
  /** Versions of every symbol the kernel exports: with the configuration, its identity. */
  symbols: string;
  /** Whether the build programs, which are in a separate package, are installed. */
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

/* Kconfig and uname use different names; an unknown one is returned unchanged. */
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

/** The architecture of a kernel with this configuration; without one, that of this machine. */
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

/** The kernels that have a directory of modules. */
export function knownKernels(root = MODULES_ROOT): string[] {
  try {
    return readdirSync(root).sort();
  } catch {
    return [];
  }
}

/* Headers alone create a directory there, and a removed kernel may leave one behind. */
const isInstalled = (folder: string): boolean =>
  existsSync(`${folder}/kernel`) || existsSync(`${folder}/modules.builtin`);

/** Those of them that can boot. */
export const installedKernels = (root = MODULES_ROOT): string[] =>
  knownKernels(root).filter((kernel) => isInstalled(`${root}/${kernel}`));
