// SPDX-License-Identifier: MIT
import {hasProgram} from '../../linux/command.js';
import {type CompilerSearch, isClang, majorVersion, searchCompiler} from './compiler.js';
import type {KernelTree} from '../../linux/kernel-tree.js';

/** A missing prerequisite of a build. */
export interface Missing {
  what: string;
  next: string | null;
}

/** The available build tools. */
export interface Tools {
  hasMake: boolean;
  compiler: CompilerSearch;
}

interface Requirement {
  /** Whether it can be checked: without headers, the configuration is unknown. */
  applies: (tree: KernelTree) => boolean;
  check: (tree: KernelTree, tools: Tools) => boolean;
  missing: (tree: KernelTree, tools: Tools) => Missing;
}

const PORTED = 'x86_64';

/**
 * Why fguard cannot run on this kernel, whatever is installed; undefined if it can.
 * On arm64 it would even build and load, but deny nothing.
 */
export const wrongArchitecture = ({kernel, architecture}: KernelTree): string | undefined =>
  architecture === PORTED
    ? undefined
    : `kernel ${kernel} is for ${architecture}, and fguard runs on ${PORTED} only`;

const always = (): boolean => true;
const withHeaders = (tree: KernelTree): boolean => tree.config !== undefined;

/** Looks for what a build for this kernel would use. */
export const findTools = async (tree: KernelTree): Promise<Tools> => ({
  hasMake: hasProgram('make'),
  compiler: await searchCompiler(tree),
});

/* linux-kbuild-6.1 serves 6.1.0-56-amd64; of 6.16.3+deb13-amd64 it is called 6.16.3+deb13. */
const toolsPackage = (kernel: string): string =>
  kernel.includes('+deb')
    ? `linux-kbuild-${kernel.replace(/-.*/, '')}`
    : `linux-kbuild-${/^\d+\.\d+/.exec(kernel)?.[0] ?? kernel}`;

function missingCompiler({kernel, compilerText}: KernelTree, {compiler}: Tools): Missing {
  const major = majorVersion(compilerText);
  const family = isClang(compilerText) ? 'clang' : 'gcc';
  const name = Number.isNaN(major) ? family : `${family}-${major}`;
  const here = compiler.others.map(({program, text}) => `${program} is "${text}"`).join(', ');
  const instead = here === '' ? '' : `; installed: ${here}`;
  return {
    what: `the compiler ${name}, which built kernel ${kernel} ("${compilerText}"${instead})`,
    next: `sudo apt install ${name}`,
  };
}

const option = (why: string, ...names: string[]): Requirement => ({
  applies: withHeaders,
  check: ({config}) => names.some((name) => config?.get(name) === 'y'),
  missing: ({kernel}) => ({
    what: `kernel ${kernel} was built without ${names.join(' or ')} (${why})`,
    next: null,
  }),
});

/* Symbols that the module cannot do without; the build reports other undefined ones. */
const SYMBOLS = [
  'register_ftrace_function',
  'unregister_ftrace_function',
  'ftrace_set_filter_ip',
  'register_kprobe',
  'genl_register_family',
  'kern_path',
];

function missingSymbols({symbols}: KernelTree): string[] {
  const exported = new Set(symbols.split('\n').map((line) => line.split('\t')[1]));
  return SYMBOLS.filter((name) => !exported.has(name));
}

const KERNEL_OPTIONS: readonly Requirement[] = [
  option('it cannot load modules', 'CONFIG_MODULES'),
  option('its file operations have no security hooks', 'CONFIG_SECURITY'),
  option('its path operations have no security hooks', 'CONFIG_SECURITY_PATH'),
  option(
    'its functions cannot be traced with their arguments',
    'CONFIG_DYNAMIC_FTRACE_WITH_ARGS',
    'CONFIG_DYNAMIC_FTRACE_WITH_REGS',
  ),
  option('it cannot look its functions up', 'CONFIG_KPROBES'),
];

const HEADERS: Requirement = {
  applies: always,
  check: withHeaders,
  missing: ({kernel, build}) => ({
    what: `the headers of kernel ${kernel} (${build})`,
    next: `sudo apt install linux-headers-${kernel}`,
  }),
};

const BUILD_TOOLS: readonly Requirement[] = [
  {
    applies: withHeaders,
    check: ({hasTools}) => hasTools,
    missing: ({kernel, build}) => ({
      what: `the build programs of kernel ${kernel} (${build}/scripts)`,
      next: `sudo apt install --reinstall ${toolsPackage(kernel)}`,
    }),
  },
  {
    applies: always,
    check: (_tree, {hasMake}) => hasMake,
    missing: () => ({what: 'the program make', next: 'sudo apt install make'}),
  },
  {
    applies: withHeaders,
    check: (_tree, {compiler}) => compiler.fitting !== undefined,
    missing: missingCompiler,
  },
];

const KERNEL_SYMBOLS: Requirement = {
  applies: withHeaders,
  check: (tree) => missingSymbols(tree).length === 0,
  missing: (tree) =>
    tree.symbols === ''
      ? {
          what: `the list of what kernel ${tree.kernel} exports (${tree.build}/Module.symvers)`,
          next: `sudo apt install --reinstall linux-headers-${tree.kernel}`,
        }
      : {
          what: `kernel ${tree.kernel} does not export ${missingSymbols(tree).join(', ')}`,
          next: null,
        },
};

const unmet = (list: readonly Requirement[], tree: KernelTree, tools: Tools): Missing[] =>
  list
    .filter((needed) => needed.applies(tree) && !needed.check(tree, tools))
    .map((needed) => needed.missing(tree, tools));

/** What is missing to build for this kernel. */
export const findMissing = (tree: KernelTree, tools: Tools): Missing[] =>
  unmet([HEADERS, ...BUILD_TOOLS, ...KERNEL_OPTIONS, KERNEL_SYMBOLS], tree, tools);

/** What the kernel itself lacks, as far as its configuration tells. */
export const missingOptions = (tree: KernelTree): Missing[] =>
  unmet(KERNEL_OPTIONS, tree, {hasMake: true, compiler: {fitting: undefined, others: []}});

/** The missing programs. */
export const missingTools = (tree: KernelTree, tools: Tools): Missing[] =>
  unmet(BUILD_TOOLS, tree, tools);
