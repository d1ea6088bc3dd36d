// SPDX-License-Identifier: MIT
import {accessSync, constants} from 'node:fs';
import {delimiter} from 'node:path';

import {searchPath} from '../command.js';
import type {KernelTree} from './kernel-tree.js';

/** Something a build needs and does not have. */
export interface Missing {
  what: string;
  next: string | null;
}

interface Requirement {
  /** Whether it can be judged at all: without headers nothing is known of the configuration. */
  applies: (tree: KernelTree) => boolean;
  check: (tree: KernelTree, has: HasProgram) => boolean;
  missing: (tree: KernelTree) => Missing;
}

export type HasProgram = (name: string) => boolean;

export function hasProgram(name: string): boolean {
  const places = name.includes('/') ? [''] : searchPath().split(delimiter);
  return places.some((place) => {
    try {
      accessSync(place === '' ? name : `${place}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const always = (): boolean => true;
const withHeaders = (tree: KernelTree): boolean => tree.config !== undefined;

/* x86_64-linux-gnu-gcc-14 comes with the package gcc-14. */
const compilerPackage = (compiler: string): string => compiler.replace(/^.*-linux-gnu-/, '');

const option = (why: string, ...names: string[]): Requirement => ({
  applies: withHeaders,
  check: ({config}) => names.some((name) => config?.get(name) === 'y'),
  missing: ({kernel}) => ({
    what: `kernel ${kernel} was built without ${names.join(' or ')} (${why})`,
    next: null,
  }),
});

const REQUIREMENTS: readonly Requirement[] = [
  {
    applies: always,
    check: ({config}) => config !== undefined,
    missing: ({kernel, build}) => ({
      what: `the headers of kernel ${kernel} (${build})`,
      next: `sudo apt install linux-headers-${kernel}`,
    }),
  },
  {
    applies: always,
    check: (_tree, has) => has('make'),
    missing: () => ({what: 'the program make', next: 'sudo apt install make'}),
  },
  {
    applies: ({compiler}) => compiler !== '',
    check: ({compiler}, has) => has(compiler),
    missing: ({compiler, kernel}) => ({
      what: `the compiler ${compiler}, which built kernel ${kernel}`,
      next: `sudo apt install ${compilerPackage(compiler)}`,
    }),
  },
  option('it loads no modules', 'CONFIG_MODULES'),
  option('its file operations have no security hooks', 'CONFIG_SECURITY'),
  option('its path operations have no security hooks', 'CONFIG_SECURITY_PATH'),
  option(
    'its functions cannot be traced with their arguments',
    'CONFIG_DYNAMIC_FTRACE_WITH_ARGS',
    'CONFIG_DYNAMIC_FTRACE_WITH_REGS',
  ),
];

/** What is missing to build for this kernel; nothing, if all is there. */
export const findMissing = (tree: KernelTree, has: HasProgram = hasProgram): Missing[] =>
  REQUIREMENTS.filter((needed) => needed.applies(tree) && !needed.check(tree, has)).map((needed) =>
    needed.missing(tree),
  );
