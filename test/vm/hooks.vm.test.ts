// SPDX-License-Identifier: MIT
import {afterEach, beforeAll, expect, it} from 'vitest';
import type {RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {setLinger, useShortLinger} from './helper/linger.js';
import {redirected} from './helper/redirected.js';
import {vm} from './runner/shared.js';

// /tmp/hooks/secret   guarded, by rules that need few functions
const lab = useLab('hooks');
useShortLinger(lab);
const secret = lab.path('secret');

beforeAll(() => vm.ok(`touch ${secret}`));
afterEach(() => lab.guard.clear());

const untilIdle = () =>
  lab.guard.until(({hooks}) => Object.values(hooks).every((state) => state !== 'active'));

/** Once those of the rule before, which linger, are gone. */
async function functionsOf(rule: RuleRequest): Promise<string[]> {
  await untilIdle();
  expect(await redirected()).toEqual([]);
  await lab.guard.add(secret, rule);
  return redirected();
}

it('a rule about attributes redirects neither opens nor names', async () => {
  const functions = await functionsOf({ops: ['attr'], otherwise: 'log'});
  expect(functions).toContain('security_inode_setattr');
  expect(
    functions.filter((name) => !/_(setattr|setxattr|removexattr|acl|ioctl|compat)$/.test(name)),
  ).toEqual([]);
});

it('a rule about listing redirects opens and marks alone', async () => {
  expect(await functionsOf({ops: ['list'], otherwise: 'log'})).toEqual([
    'security_file_open',
    'security_path_notify',
  ]);
});

it.each([
  ['no name where it is about endings', {}, 'idle'],
  ['the names of the executables that it lets in', {exes: ['/bin/true']}, 'active'],
] as const)('a rule watches %s', async (_, who, state) => {
  await untilIdle();
  await lab.guard.add(lab.directory, {suffix: '.x', ops: ['attr'], otherwise: 'log', ...who});
  expect((await lab.guard.status()).hooks.d_move).toBe(state);
});

it('a rule about mounts redirects what mounts', async () => {
  expect((await functionsOf({ops: ['mount'], otherwise: 'log'})).sort()).toEqual([
    'security_move_mount',
    'security_sb_mount',
    'security_sb_pivotroot',
    'security_sb_umount',
  ]);
});

it('a rule that refuses redirects what would take the object to where it does not', async () => {
  const plain = await functionsOf({ops: ['list'], otherwise: 'log'});
  await lab.guard.clear();
  const refusing = await functionsOf({ops: ['list']});
  expect(refusing.filter((name) => !plain.includes(name)).sort()).toEqual([
    'security_inode_link',
    'security_inode_rename',
    'security_inode_rmdir',
    'security_inode_unlink',
    'security_path_link',
    'security_path_rename',
    'security_path_rmdir',
    'security_path_unlink',
  ]);
});

it('only a strict rule redirects reads and writes', async () => {
  const plain = await functionsOf({ops: ['read']});
  await lab.guard.clear();
  const strict = await functionsOf({ops: ['read'], strict: true});
  const extra = strict.filter(
    (name) => !plain.includes(name) && !/_(file_ioctl|file_ioctl_compat|uring_cmd)$/.test(name),
  );
  expect(extra.sort()).toEqual([
    'security_file_mprotect',
    'security_file_permission',
    'security_file_receive',
    'security_mmap_file',
  ]);
});

it('only a rule that allows somebody redirects tracing', async () => {
  const plain = await functionsOf({ops: ['read']});
  await lab.guard.clear();
  const granting = await functionsOf({ops: ['read'], pids: [lab.owner.pid]});
  expect(granting.filter((name) => !plain.includes(name)).sort()).toEqual([
    'security_ptrace_access_check',
    'security_ptrace_traceme',
  ]);
});

it('functions stay redirected behind the last rule, as long as the parameter says', async () => {
  await functionsOf({ops: ['exec'], otherwise: 'log'});
  await setLinger(3_600_000);
  await lab.guard.clear();
  // a rule that comes meanwhile finds them, and its end counts anew
  expect(await redirected()).toEqual(['security_file_open']);
  await lab.guard.add(secret, {ops: ['exec'], otherwise: 'log'});
  await setLinger(0);
  await lab.guard.clear();
  await untilIdle();
  expect(await redirected()).toEqual([]);
});
