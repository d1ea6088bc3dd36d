// SPDX-License-Identifier: MIT
import path from 'node:path';
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {PROGRAMS} from './helper/build.js';
import type {Rule} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/unprivileged/secret   guarded
const lab = useLab('unprivileged');
const MANGLE = path.join(PROGRAMS, 'mangle');
const COMMANDS = ['GET_STATUS', 'ADD_RULES', 'SET_RULES', 'DEL_RULES', 'GET_RULES', 'SUBSCRIBE'];
const NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups';

let family: string;
let before: Rule[];

beforeAll(async () => {
  await vm.ok(`printf treasure >${lab.path('secret')}`);
  family = (await vm.ok(`${MANGLE} family`)).trim();
});

beforeEach(async () => {
  await lab.guard.clear();
  await lab.guard.add(lab.path('secret'));
  before = await lab.guard.list();
});

const all = (errno: string): string => COMMANDS.map((command) => `${command} ${errno}\n`).join('');

const WHO: [string, string, string][] = [
  ['an unprivileged user', NOBODY, 'EPERM'],
  [
    'root without CAP_SYS_ADMIN',
    'setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin',
    'EPERM',
  ],
  ['root of a user namespace', 'unshare -Ur', 'EPERM'],
  ['root of a user namespace made by a user', `${NOBODY} unshare -Ur`, 'EPERM'],
  ['root of a user and network namespace', 'unshare -Urn', 'ENOENT'],
  ['real root in another network namespace', 'unshare -n', 'ENOENT'],
];

describe.each(WHO)('%s', (_, as, errno) => {
  it('can neither send a command nor subscribe', async () => {
    expect(await vm.ok(`${as} ${MANGLE} each ${family}`)).toBe(all(errno));
    expect(await lab.guard.list()).toEqual(before);
    expect(await lab.guard.status()).toMatchObject({rules: 1, subscribers: 0});
  });
});

describe('a socket that changes hands', () => {
  // Reading is not refused: whom root gives a socket with a subscription, root has told.
  const WAYS = [
    ['on', 'sendto'],
    ['written', 'write'],
  ] as const;

  it.each(WAYS)('of root cannot be used by a user to send (%s: %s)', async (way) => {
    const script = `${MANGLE} open ${NOBODY} ${MANGLE} ${way} 9 ${family}`;
    expect(await vm.ok(script)).toBe(all('EPERM'));
    expect(await lab.guard.list()).toEqual(before);
  });

  it.each(WAYS)('of a user cannot be used by root to send (%s: %s)', async (way) => {
    // A set-uid program that writes to a descriptor it was started with.
    const root = lab.path('set-uid');
    await vm.ok(`cp ${MANGLE} ${root} && chmod 4755 ${root}`);
    const script = `${NOBODY} ${MANGLE} open ${root} ${way} 9 ${family}`;
    expect(await vm.ok(script)).toBe(all('EPERM'));
    expect(await lab.guard.list()).toEqual(before);
  });
});
