// SPDX-License-Identifier: MIT
import path from 'node:path';
import {expect, it} from 'vitest';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/inside/tree/try   a program; the tree lets it in
const lab = useLab('inside');
const tree = lab.path('tree');
const program = `${tree}/try`;

it('a program in a tree that lets it in is started if a rule of its own lets all do so', async () => {
  await vm.ok(`mkdir ${tree} && cp ${path.join(PROGRAMS, 'try')} ${program}`);
  await lab.guard.add(tree, {tree: true, exes: [program]});
  expect((await vm.run([program, 'show', program])).code).not.toBe(0);
  await lab.guard.add(program, {ops: ['exec'], otherwise: 'log'});
  expect(await vm.ok([program, 'show', program])).toContain('inode=');
  expect((await vm.run(['cat', program])).code).not.toBe(0);
});
