// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {boot, property, until, write} from './machine.js';

const RULES = '/etc/fguard/rules.d/own.yaml';
const ONE = `rules:
  - {path: /srv/deep/secret}
  - {path: /srv/asked, else: ask, deadline: 60s}`;
const TWO = `rules:
  - {path: /srv/deep/secret, errno: EPERM}
  - {path: /srv/asked, else: ask, deadline: 60s}
  - {suffix: .two}`;
const WRONG = `rules:
  - {path: /srv/deep/secret, opps: [read]}`;
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

const NEITHER_OPENED = 'cat: /srv/deep/secret: Permission denied\nasked\n';

let vm: Vm;

/*
 * /srv/
 * ├── deep/secret   guarded by saved rules
 * └── asked         the agent lets cat in, and nobody else
 */
beforeAll(async () => {
  vm = await boot('6.1');
  await vm.ok('mkdir -p /srv/deep && echo secret >/srv/deep/secret && echo asked >/srv/asked');
  await write(vm, RULES, ONE);
  await write(vm, '/etc/fguard/agent.yaml', POLICY);
  await write(vm, '/etc/systemd/system/ordinary.service', ORDINARY);
  await vm.ok('systemctl enable ordinary.service');
});

afterAll(() => vm.kill());

const read = (file: string) => vm.run(`cat ${file}`);

async function expectGuarded(): Promise<void> {
  expect(await read('/srv/deep/secret')).toMatchObject({code: 1, stdout: ''});
  expect(await read('/srv/asked')).toMatchObject({code: 0, stdout: 'asked\n'});
  expect(await vm.run('head -c 9 /srv/asked')).toMatchObject({code: 1, stdout: ''});
}

const isLoaded = async (): Promise<boolean> =>
  (await vm.run('test -d /sys/module/fguard')).code === 0;

describe('the service', () => {
  it('is installed with the package, and does nothing yet', async () => {
    expect(await isLoaded()).toBe(false);
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('disabled\n');
  });

  it('that cannot start is taken back, with its own words', async () => {
    await write(vm, RULES, WRONG);
    const failed = await vm.run('fguard service install --json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      error: {code: 'ESERVICE', message: expect.stringContaining('opps') as string},
    });
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('disabled\n');
    expect(await vm.ok('systemctl --failed --no-legend')).toBe('');
    await write(vm, RULES, ONE);
  });

  it('guards from its installation on', async () => {
    const report: unknown = JSON.parse(await vm.ok('fguard service install --json'));
    const units = ['fguard.service', 'fguard-agent.service'].map((name) => ({
      name,
      enabled: true,
      active: true,
    }));
    expect(report).toMatchObject({changed: true, units});
    expect(JSON.parse(await vm.ok('fguard service install --json'))).toMatchObject({
      changed: false,
      units,
    });
    await expectGuarded();
  });

  it('makes rules that hold where the machine mounts, and not in a world of its own', async () => {
    const over = await vm.run('mount --bind /tmp /srv/deep');
    expect(over.code).not.toBe(0);
    // what mount says of EACCES depends on its version
    expect(over.stderr).toMatch(/permission denied|bind .* failed/i);
  });

  it('reloads without a moment between two sets of rules', async () => {
    const opener = vm.spawn(
      'echo begun; until : </srv/deep/secret; do :; done 2>/dev/null; echo opened',
    );
    await opener.waitFor('begun');
    for (const [text, rules] of [
      [TWO, 3],
      [ONE, 2],
      [TWO, 3],
    ] as const) {
      await write(vm, RULES, text);
      await vm.ok('systemctl reload fguard');
      expect(JSON.parse(await vm.ok('fguard rules --json'))).toMatchObject({
        rules: {length: rules},
      });
    }
    opener.kill('SIGKILL');
    expect((await opener.exit).stdout).toBe('begun\n');
  });

  it('keeps the rules that are in force if those that are saved are wrong', async () => {
    await write(vm, RULES, WRONG);
    expect((await vm.run('systemctl reload fguard')).code).not.toBe(0);
    expect(await property(vm, 'fguard', 'ActiveState')).toBe('active');
    await write(vm, RULES, ONE);
    await vm.ok('systemctl reload fguard');
    await expectGuarded();
  });

  it('starts the agent again when it is killed', async () => {
    const before = await property(vm, 'fguard-agent', 'MainPID');
    await vm.ok(`kill -KILL ${before}`);
    await until(
      vm,
      `[ "$(systemctl show --value -p NRestarts fguard-agent)" = 1 ] && systemctl -q is-active fguard-agent`,
    );
    expect(await property(vm, 'fguard-agent', 'MainPID')).not.toBe(before);
    await expectGuarded();
  });

  it('starts the agent again when it hangs', async () => {
    await vm.ok(`kill -STOP ${await property(vm, 'fguard-agent', 'MainPID')}`);
    await until(
      vm,
      `[ "$(systemctl show --value -p NRestarts fguard-agent)" = 2 ] && systemctl -q is-active fguard-agent`,
    );
    await expectGuarded();
  });

  it('unloads the module when it stops, and guards again when it starts', async () => {
    await vm.ok('systemctl stop fguard');
    expect(await isLoaded()).toBe(false);
    expect(await property(vm, 'fguard-agent', 'ActiveState')).toBe('inactive');
    expect(await read('/srv/deep/secret')).toMatchObject({code: 0, stdout: 'secret\n'});
    await vm.ok('systemctl start fguard');
    await until(vm, 'systemctl -q is-active fguard-agent');
    await expectGuarded();
    await vm.checkKernelLog();
  });
});

describe.each(['6.1', 'newest'])('booted with kernel %s', (kernel) => {
  it('guards before any ordinary service starts', async () => {
    await vm.shutdown();
    vm = await boot(kernel);
    expect(await vm.ok('cat /var/log/ordinary')).toBe(NEITHER_OPENED);
    await expectGuarded();
    expect(await vm.ok('journalctl -b -p warning -u fguard -u fguard-agent -o cat')).toBe('');
  });
});

describe('removed', () => {
  it('nothing is guarded, now or after the next boot', async () => {
    const report: unknown = JSON.parse(await vm.ok('fguard service remove --json'));
    expect(report).toMatchObject({
      changed: true,
      units: [
        {enabled: false, active: false},
        {enabled: false, active: false},
      ],
    });
    expect(await isLoaded()).toBe(false);
    expect(await read('/srv/deep/secret')).toMatchObject({code: 0});
    await vm.ok('fguard service install && apt-get purge -y fguard');
    expect(await isLoaded()).toBe(false);
    expect(await vm.ok('ls -d /etc/fguard /etc/systemd/system/*/fguard* 2>/dev/null; true')).toBe(
      '',
    );
    await vm.shutdown();
  });
});
