// SPDX-License-Identifier: MIT
/* A machine boots with saved rules of which some are wrong, or name what is not there. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {RULES, read} from './guarded.js';
import {boot, newDisk, property, until, untilActive, write} from './machine.js';
import {expectRefused, expectWhole, pending, problems} from './saved.js';

const KERNEL = '6.1';
const PROGRAM = '/usr/local/bin/later';

/* Each file of rules, by what is the matter with it. */
const FILES = {
  plain: '{path: /srv/plain}',
  program: `{path: /srv/program, allow: {exes: [${PROGRAM}]}}`,
  unit: '{path: /srv/unit, allow: {cgroups: [late.service]}}',
  user: '{path: /srv/user, allow: {uids: [ghost]}}',
  users: '{path: /srv/users, allow: {uids: [ghost, ann]}}',
  broken: '{path: /srv/broken, opps: [read]}\n  - {path: /srv/beside}',
};

const GUARDED = ['plain', 'program', 'unit', 'user', 'users', 'beside'].map((n) => `/srv/${n}`);

/* Tries all that is guarded before any ordinary service does. */
const EARLY = `[Unit]
DefaultDependencies=no
After=sysinit.target
Before=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for file in ${GUARDED.join(' ')}; do cat $$file; done'
StandardOutput=truncate:/var/log/early
StandardError=null
SuccessExitStatus=0 1
[Install]
WantedBy=basic.target`;

/* Long after fguard.service, and without a word about it. */
const LATE = `[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/bash -c 'cat /srv/unit &>/run/late.words; systemd-notify --ready; exec sleep infinity'
[Install]
WantedBy=multi-user.target`;

const rulesFile = (name: string): string => RULES.replace(/own/, name);
const mistake = (line: string): unknown => expect.stringContaining(line);

let disk: string;
let vm: Vm;

beforeAll(async () => {
  disk = newDisk('software', 'boots');
  vm = await boot(KERNEL, disk);
  await vm.ok(
    `useradd ann && cd /srv && for f in ${GUARDED.join(' ')} broken; do echo in >$f; done`,
  );
  for (const [name, rule] of Object.entries(FILES))
    await write(vm, rulesFile(name), `rules:\n  - ${rule}`);
  await write(vm, '/etc/systemd/system/early.service', EARLY);
  await write(vm, '/etc/systemd/system/late.service', LATE);
  await vm.ok('systemctl enable early late');
  expect((await vm.run('fguard service install')).code).toBe(1);
  await vm.shutdown();
  vm = await boot(KERNEL, disk, 'degraded');
});

afterAll(() => vm.kill());

const as = (user: string, file: string) =>
  vm.run(`setpriv --reuid=${user} --clear-groups cat ${file}`);

describe('a boot with rules of which some are wrong', () => {
  it('guards all that the others are about before any service starts', async () => {
    expect(await vm.ok('cat /var/log/early')).toBe('');
    await expectRefused(vm, ...GUARDED.map((file) => `cat ${file}`));
    expect(await read(vm, '/srv/broken')).toMatchObject({code: 0});
  });

  it('is one that systemd and a monitor show, with what is wrong and where', async () => {
    expect(await vm.ok('systemctl --failed --no-legend --plain')).toMatch(/^fguard\.service .*\n$/);
    await untilActive(vm, 'fguard-module', 'fguard-log');
    const said = await vm.ok('journalctl -b -u fguard -o cat');
    for (const name of ['broken', 'user', 'users'])
      expect(said).toContain(`left out: ${rulesFile(name)}:2:`);
    expect(said).toContain(`${PROGRAM} does not exist; it allows nobody until it does`);
    expect(said).toMatch(/late\.service.*it allows nobody until/);
    expect((await vm.run('fguard status --check')).code).toBe(1);
    const lines = await problems(vm);
    for (const about of [
      `${rulesFile('broken')}:2:`,
      `${rulesFile('user')}:2:`,
      `${rulesFile('users')}:2:`,
      '/srv/program: ',
    ])
      expect(lines).toContainEqual(mistake(about));
  });

  it('lets in those of the users who are known', async () => {
    expect((await as('ann', '/srv/users')).stdout).toBe('in\n');
    expect((await as('ann', '/srv/user')).code).toBe(1);
  });

  it('lets in a program once it is there', async () => {
    expect(Object.keys(await pending(vm))).toEqual(['/srv/program']);
    await vm.ok(`cp /bin/cat ${PROGRAM}`);
    expect(await vm.ok(`${PROGRAM} /srv/program`)).toBe('in\n');
    expect(await pending(vm)).toEqual({});
    await expectRefused(vm, 'cat /srv/program');
  });

  it('keeps out a unit that starts late, which is reported', async () => {
    await untilActive(vm, 'late');
    expect(await vm.ok('cat /run/late.words')).toContain('Permission denied');
    expect(await problems(vm)).toContainEqual(mistake('/srv/unit: '));
  });

  it.todo('lets in a unit that starts late from its start on');

  it('has all in force when what is wrong is mended, with nothing open meanwhile', async () => {
    const opener = vm.spawn('echo begun; until : </srv/plain; do :; done 2>/dev/null; echo opened');
    await opener.waitFor('begun');
    await vm.ok(`useradd ghost && sed -i s/opps/ops/ ${rulesFile('broken')} && fguard apply`);
    expect((await as('ghost', '/srv/user')).stdout).toBe('in\n');
    await vm.ok('systemctl restart late');
    expect(await vm.ok('cat /run/late.words')).toBe('in\n');
    await expectWhole(vm);
    opener.kill('SIGKILL');
    expect((await opener.exit).stdout).toBe('begun\n');
  });

  it('comes up whole the next time, but for the unit', async () => {
    await vm.shutdown();
    vm = await boot(KERNEL, disk);
    expect(await property(vm, 'fguard', 'ActiveState')).toBe('active');
    expect(await vm.ok('cat /var/log/early')).toBe('');
    expect(await vm.ok(`${PROGRAM} /srv/program`)).toBe('in\n');
    await until(vm, 'grep -q "" /run/late.words');
    await vm.shutdown();
  });
});
