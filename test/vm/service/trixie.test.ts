// SPDX-License-Identifier: MIT
/* What depends on systemd, where that is another than Debian 12's. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {
  ORDINARY_WORDS,
  expectGuarded,
  expectPurged,
  isLoaded,
  prepare,
  unitReports,
} from './guarded.js';
import {complaints, entries, expectWritten} from './journal.js';
import {boot, newDisk, property, untilActive, untilRestarted} from './machine.js';

const KERNEL = '6.12';

let disk: string;
let vm: Vm;

beforeAll(async () => {
  disk = newDisk('trixie', 'life');
  vm = await boot(KERNEL, disk);
  await prepare(vm);
});

afterAll(() => vm.kill());

describe('on Debian 13', () => {
  it('the service is installed and guards, with log and agent, under their restrictions', async () => {
    expect(await vm.ok('cat /etc/debian_version')).toMatch(/^13/);
    const report: unknown = JSON.parse(await vm.ok('fguard service install --json'));
    expect(report).toMatchObject({changed: true, units: unitReports(true, true)});
    await expectGuarded(vm);
    await expectWritten(vm, 'tail');
    expect(await entries(vm, 'FGUARD_VERDICT=allow')).toEqual([]);
    expect(await complaints(vm)).toBe('');
  });

  it('the rules hold where the machine mounts', async () => {
    expect((await vm.run('mount --bind /tmp /srv/deep')).code).not.toBe(0);
  });

  it('the log goes on when the journal is restarted', async () => {
    const pid = await property(vm, 'fguard-log', 'MainPID');
    await vm.ok('systemctl restart systemd-journald');
    await expectWritten(vm, 'sort');
    expect(await property(vm, 'fguard-log', 'MainPID')).toBe(pid);
  });

  it.each(['fguard-log', 'fguard-agent'])('%s is started again when it hangs', async (unit) => {
    await vm.ok(`kill -STOP ${await property(vm, unit, 'MainPID')}`);
    await untilRestarted(vm, unit, 1);
    await expectGuarded(vm);
  });

  it('it stops, starts and reloads', async () => {
    await vm.ok('systemctl stop fguard');
    expect(await isLoaded(vm)).toBe(false);
    await vm.ok('systemctl start fguard && systemctl reload fguard');
    await untilActive(vm, 'fguard-log', 'fguard-agent');
    await expectGuarded(vm);
    await expectWritten(vm, 'nl');
    await vm.checkKernelLog();
  });

  it('after a boot it guards before any ordinary service starts', async () => {
    await vm.shutdown();
    vm = await boot(KERNEL, disk);
    expect(await vm.ok('cat /var/log/ordinary')).toBe(ORDINARY_WORDS);
    expect(await entries(vm, 'FGUARD_COMM=cat')).toMatchObject([{FGUARD_PATH: '/srv/deep/secret'}]);
    await expectGuarded(vm);
    expect(await complaints(vm)).toBe('');
  });

  it('a purge takes all with it', async () => {
    await expectPurged(vm);
    await vm.shutdown();
  });
});
