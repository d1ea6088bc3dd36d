// SPDX-License-Identifier: MIT
/* Which compiler built a kernel, and whether one of that version is installed. */
import {hasProgram, runCommand} from '../../linux/command.js';
import type {KernelTree} from '../../linux/kernel-tree.js';

export interface Compiler {
  program: string;
  /** The first line of its --version. */
  text: string;
  major: number;
}

/** The compilers found, when one of the kernel's major version is needed. */
export interface CompilerSearch {
  fitting: Compiler | undefined;
  /** Compilers of another version. */
  others: readonly Compiler[];
}

export const isClang = (text: string): boolean => /\bclang\b/.test(text);

/** 12 of "gcc-12 (Debian 12.2.0-14) 12.2.0"; NaN if there is no version in it. */
export const majorVersion = (text: string): number =>
  Number(/(\d+)\.\d/.exec(text.replace(/\(.*?\)/g, ''))?.[1]);

/* The kernel's own text begins with the program, unless that is clang. */
function candidates(text: string): string[] {
  const major = majorVersion(text);
  if (isClang(text)) return [`clang-${major}`, 'clang'];
  const named = text.split(' ')[0] ?? '';
  return [...new Set([/gcc(-[\d.]+)?$/.test(named) ? named : 'gcc', `gcc-${major}`, 'gcc'])];
}

async function describe(program: string): Promise<Compiler | undefined> {
  const {code, stdout} = await runCommand(program, ['--version']);
  const text = stdout.split('\n')[0] ?? '';
  return code === 0 ? {program, text, major: majorVersion(text)} : undefined;
}

/** Looks for a compiler of the version that built the kernel. */
export async function searchCompiler({compilerText}: KernelTree): Promise<CompilerSearch> {
  const wanted = majorVersion(compilerText);
  const others: Compiler[] = [];
  for (const program of candidates(compilerText).filter((name) => hasProgram(name))) {
    const found = await describe(program);
    if (found !== undefined && (found.major === wanted || Number.isNaN(wanted)))
      return {fitting: found, others};
    if (found !== undefined) others.push(found);
  }
  return {fitting: undefined, others};
}

/** The arguments that make needs to use it. */
export function compilerArguments(compiler: Compiler): string[] {
  if (!isClang(compiler.text)) return [`CC=${compiler.program}`];
  const suffix = compiler.program.replace('clang', '');
  return [`LLVM=${suffix === '' ? '1' : suffix}`];
}
