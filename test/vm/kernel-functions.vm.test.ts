// SPDX-License-Identifier: MIT
import {beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {contradicted, forgotten, functionsIn, readNotes} from './kernel-functions.js';
import {vm} from './runner/shared.js';

const lab = useLab('kernel-functions');
const notes = readNotes();
let functions: string[];
let hooks: Record<string, string>;

beforeAll(async () => {
  functions = functionsIn(await vm.ok(`grep ' T security_' /proc/kallsyms`));
  ({hooks} = await lab.guard.status());
});

it('every function of the security layer is hooked, or a note says why not', () => {
  expect(functions.length).toBeGreaterThan(200);
  expect(forgotten(functions, Object.keys(hooks), notes)).toEqual([]);
});

it('no note is about a function that is hooked', () => {
  expect(contradicted(Object.keys(hooks), notes)).toEqual([]);
});

it('every hook is for a function that this kernel has', async () => {
  const own = Object.keys(hooks).filter((name) => !functions.includes(name));
  // three of the memory management, for mappings, three for processes that begin, end and are gone,
  // how servers in the kernel set ACLs, how a process takes another executable, how it sets
  // its login user, how the kernel claims a block device, where a handler begins, and up to
  // six by which the kernel notes what becomes of names
  for (const name of own) await vm.ok(`grep -qw ${name} /proc/kallsyms`);
  expect(own.length).toBeLessThanOrEqual(17);
  expect(Object.values(hooks)).not.toContain('missing');
});
