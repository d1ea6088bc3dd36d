// SPDX-License-Identifier: MIT
/* The files that the service guards in these tests, and what tells that it does. */
import {expect} from 'vitest';

import type {Vm} from '../runner/vm.js';
import {write} from './machine.js';

/** Where the saved rules are. */
export const RULES = '/etc/fguard/rules.d/own.yaml';

export const TWO_RULES = `rules:
  - {path: /srv/deep/secret}
  - {path: /srv/asked, else: ask, deadline: 60s}`;

const POLICY = `answers:
  - {paths: [/srv/asked], exes: [/usr/bin/cat], answer: allow}
default: deny`;

/* An ordinary service: nothing of it says that it comes after the guard. */
const ORDINARY = `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'cat /srv/deep/secret; cat /srv/asked'
StandardOutput=truncate:/var/log/ordinary
StandardError=inherit
SuccessExitStatus=0 1
[Install]
WantedBy=multi-user.target`;

/** What the ordinary service prints where it comes too late. */
export const ORDINARY_WORDS = 'cat: /srv/deep/secret: Permission denied\nasked\n';

/*
 * /srv/
 * ├── deep/secret   guarded by saved rules
 * └── asked         the agent lets cat in, and nobody else
 */
export async function prepare(vm: Vm): Promise<void> {
  await vm.ok('mkdir -p /srv/deep && echo secret >/srv/deep/secret && echo asked >/srv/asked');
  await write(vm, RULES, TWO_RULES);
  await write(vm, '/etc/fguard/agent.yaml', POLICY);
  await write(vm, '/etc/systemd/system/ordinary.service', ORDINARY);
  await vm.ok('systemctl enable ordinary.service');
}

export const read = (vm: Vm, file: string) => vm.run(`cat ${file}`);

export async function expectGuarded(vm: Vm): Promise<void> {
  expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 1, stdout: ''});
  expect(await read(vm, '/srv/asked')).toMatchObject({code: 0, stdout: 'asked\n'});
  expect(await vm.run('head -c 9 /srv/asked')).toMatchObject({code: 1, stdout: ''});
}

export const isLoaded = async (vm: Vm): Promise<boolean> =>
  (await vm.run('test -d /sys/module/fguard')).code === 0;

/** The units, as a report has them. */
export const unitReports = (enabled: boolean, active: boolean) =>
  ['fguard.service', 'fguard-log.service', 'fguard-agent.service'].map((name) => ({
    name,
    enabled,
    active,
  }));

/** Purges the package, with the service still installed; nothing is left. */
export async function expectPurged(vm: Vm): Promise<void> {
  await vm.ok('apt-get purge -y fguard');
  expect(await isLoaded(vm)).toBe(false);
  const left = 'ls -d /etc/fguard /etc/systemd/system/*/fguard* 2>/dev/null; true';
  expect(await vm.ok(left)).toBe('');
}
