// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';

import {makeScratch} from '../../../src/lab/scratch.js';
import {newFolder} from '../folder.js';

const NOBODYS_PID = 2 ** 22 + 1;
const {TMPDIR} = process.env;
let left: string;

/*
 * the folder for what is temporary/
 * └── fguard-vm-PID-left/      of a run that was killed
 *     └── console
 */
beforeEach(() => {
  process.env.TMPDIR = newFolder();
  left = join(process.env.TMPDIR, `fguard-vm-${NOBODYS_PID}-left`);
  mkdirSync(left);
  writeFileSync(join(left, 'console'), '');
});

afterEach(() => {
  vi.restoreAllMocks();
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

it('what a killed run has left goes', () => {
  const {dir, remove} = makeScratch();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(dir)).toBe(true);
  remove();
  expect(existsSync(dir)).toBe(false);
});

it('a folder of that name that belongs to another user stays', () => {
  const uid = process.getuid?.() ?? 0;
  vi.spyOn(process, 'geteuid').mockReturnValue(uid + 1);
  makeScratch().remove();
  expect(readdirSync(left)).toEqual(['console']);
});
