// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {newFolder} from '../unit/folder.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const ROOT = path('../../');
const UAPI = path('../../kmod/uapi/fguard.h');
const INCLUDE = path('../../libnetlink');

function compile(folder: string, args: string[]): void {
  symlinkSync(UAPI, join(folder, 'fguard_uapi.h'));
  execFileSync('gcc', ['-Wall', '-Werror', `-I${folder}`, `-I${INCLUDE}`, ...args]);
}

/** Builds the library without a kernel, fakelib/fake.c, and returns its path. */
export function buildFakeLibrary(): string {
  const folder = newFolder();
  const library = join(folder, 'libfguard.so');
  compile(folder, ['-shared', '-fPIC', '-o', library, path('fakelib/fake.c')]);
  return library;
}

/** Builds a C program that knows our headers, and returns its path. */
export function buildC(source: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'main.c'), source);
  compile(folder, ['-o', join(folder, 'main'), join(folder, 'main.c')]);
  return join(folder, 'main');
}

/** What such a program prints. */
export const runC = (source: string): string => execFileSync(buildC(source), {encoding: 'utf8'});
