// SPDX-License-Identifier: MIT
import {readdirSync} from 'node:fs';

import {readIfPossible} from '../files.js';

export const MODULES_ROOT = '/lib/modules';

/** What is known of a kernel's build folder before anything is built. */
export interface KernelTree {
  kernel: string;
  build: string;
  /** include/config/auto.conf, or undefined without headers. */
  config: ReadonlyMap<string, string> | undefined;
  /** The compiler that built the kernel, such as gcc-12. */
  compiler: string;
  compilerText: string;
  /** Versions of every symbol the kernel exports: with the configuration, its identity. */
  symbols: string;
}

function parseConfig(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('CONFIG_'));
  return new Map(
    lines.map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1).replace(/^"(.*)"$/, '$1')];
    }),
  );
}

export function readKernelTree(kernel: string, root = MODULES_ROOT): KernelTree {
  const build = `${root}/${kernel}/build`;
  const text = readIfPossible(`${build}/include/config/auto.conf`);
  const config = text === undefined ? undefined : parseConfig(text);
  const compilerText = config?.get('CONFIG_CC_VERSION_TEXT') ?? '';
  return {
    kernel,
    build,
    config,
    compilerText,
    compiler: compilerText.split(' ')[0] ?? '',
    symbols: readIfPossible(`${build}/Module.symvers`) ?? '',
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
