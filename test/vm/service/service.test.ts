// SPDX-License-Identifier: MIT
import {dirname} from 'node:path';

import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {
  ORDINARY_WORDS,
  RULES,
  TWO_RULES as ONE,
  expectGuarded,
  expectPurged,
  isLoaded,
  prepare,
  read,
  unitReports,
} from './guarded.js';
import {complaints, entries, expectWritten, tally, untilWritten} from './journal.js';
import {boot, newDisk, property, until, untilActive, untilRestarted, write} from './machine.js';

const TWO = `rules:
  - {path: /srv/deep/secret, errno: EPERM}
  - {path: /srv/asked, else: ask, deadline: 60s}
  - {suffix: .two}`;
const OTHER_RULES = `${dirname(RULES)}/other.yaml`;
const WAITS = `rules:
  - {path: /srv/deep/waits, else: ask, deadline: 1h}`;
const WRONG = `rules:
  - {path: /srv/deep/secret, opps: [read]}`;
let disk: string;
let vm: Vm;

beforeAll(async () => {
  disk = newDisk('bookworm', 'life');
  vm = await boot('6.1', disk);
  await prepare(vm);
});

afterAll(() => vm.kill());

/* Of the first unit the state says that something is missing. */
async function expectGuardingInPart(machine: Vm): Promise<void> {
  expect(await property(machine, 'fguard', 'ActiveState')).toBe('failed');
  await untilActive(machine, 'fguard-module', 'fguard-log', 'fguard-agent');
  await expectGuarded(machine);
}

/* More than its watchdog waits, in rounds of two. */
const LOOKUPS = 9;

describe('the service', () => {
  it('is installed with the package, and does nothing yet', async () => {
    expect(await isLoaded(vm)).toBe(false);
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('disabled\n');
  });

  it('of which a saved rule is wrong guards by the others, and says so', async () => {
    await write(vm, OTHER_RULES, WRONG);
    const failed = await vm.run('fguard service install --json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      error: {code: 'ESERVICE', message: expect.stringContaining('opps') as string},
    });
    await expectGuardingInPart(vm);
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('enabled\n');
  });

  it('that guards in part is restarted, stopped and started like another', async () => {
    // another number for each time that the module is loaded
    const loaded = () => vm.ok('stat -c %i /sys/module/fguard');
    const before = await loaded();
    expect((await vm.run('systemctl restart fguard')).code).not.toBe(0);
    expect(await loaded()).not.toBe(before);
    await expectGuardingInPart(vm);
    // of a unit that failed, systemctl waits for what is named alone
    await vm.ok('systemctl stop fguard fguard-module');
    expect(await isLoaded(vm)).toBe(false);
    for (const unit of ['fguard-module', 'fguard-log', 'fguard-agent'])
      expect(await property(vm, unit, 'ActiveState')).toBe('inactive');
    expect((await vm.run('systemctl start fguard')).code).not.toBe(0);
    await expectGuardingInPart(vm);
  });

  it('that guards in part is removed, also while somebody waits for an answer', async () => {
    await write(vm, OTHER_RULES, `${WAITS}\n  - {path: /srv/x, opps: [read]}`);
    expect((await vm.run('systemctl restart fguard')).code).not.toBe(0);
    await vm.ok('systemctl stop fguard-agent');
    const answerer = vm.spawn('sleep infinity | fguard ask --json --ready-fd 3 3> >(cat)');
    await answerer.waitFor('\n');
    const reader = vm.spawn('cat /srv/deep/waits');
    await answerer.waitFor('"question"');
    await vm.ok('fguard service remove');
    expect(await isLoaded(vm)).toBe(false);
    await reader.exit;
    answerer.kill('SIGKILL');
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('disabled\n');
    expect(await vm.ok('systemctl --failed --no-legend')).toBe('');
    await vm.ok(`rm ${OTHER_RULES}`);
  });

  it('guards from its installation on', async () => {
    const report: unknown = JSON.parse(await vm.ok('fguard service install --json'));
    const units = unitReports(true, true);
    expect(report).toMatchObject({changed: true, units});
    expect(JSON.parse(await vm.ok('fguard service install --json'))).toMatchObject({
      changed: false,
      units,
    });
    await expectGuarded(vm);
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

  it('takes a set of rules that is larger than the buffer of a socket', async () => {
    const many = `${dirname(RULES)}/many.yaml`;
    const line = '  - {path: /srv/many-%g, ops: [read]}';
    await vm.ok(`{ echo rules:; seq -f '${line}' 6000; } >${many}`);
    await vm.ok('systemctl reload fguard');
    const {rules} = JSON.parse(await vm.ok('fguard rules --json')) as {rules: unknown[]};
    expect(rules.length).toBeGreaterThan(6000);
    await vm.ok(`rm ${many} && systemctl reload fguard`);
    await expectGuarded(vm);
  });

  it('keeps the rules that are in force if those that are saved are wrong', async () => {
    await write(vm, RULES, WRONG);
    expect((await vm.run('systemctl reload fguard')).code).not.toBe(0);
    expect(await property(vm, 'fguard', 'ActiveState')).toBe('active');
    await write(vm, RULES, ONE);
    await vm.ok('systemctl reload fguard');
    await expectGuarded(vm);
  });

  it('starts the agent again when it is killed', async () => {
    const before = await property(vm, 'fguard-agent', 'MainPID');
    await vm.ok(`kill -KILL ${before}`);
    await untilRestarted(vm, 'fguard-agent', 1);
    expect(await property(vm, 'fguard-agent', 'MainPID')).not.toBe(before);
    await expectGuarded(vm);
  });

  it('starts the agent again when it hangs', async () => {
    await vm.ok(`kill -STOP ${await property(vm, 'fguard-agent', 'MainPID')}`);
    await untilRestarted(vm, 'fguard-agent', 2);
    await expectGuarded(vm);
  });

  it('unloads the module when it stops, and guards again when it starts', async () => {
    await vm.ok('systemctl stop fguard');
    expect(await isLoaded(vm)).toBe(false);
    for (const unit of ['fguard-log', 'fguard-agent'])
      expect(await property(vm, unit, 'ActiveState')).toBe('inactive');
    expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 0, stdout: 'secret\n'});
    await vm.ok('systemctl start fguard');
    await untilActive(vm, 'fguard-log', 'fguard-agent');
    await expectGuarded(vm);
    await expectWritten(vm, 'nl');
    await vm.checkKernelLog();
  });
});

describe('the log of the service', () => {
  it('has each refused access, and no allowed one', async () => {
    await vm.ok('cat /srv/asked');
    await expectWritten(vm, 'tail');
    expect(await entries(vm, 'FGUARD_VERDICT=allow')).toEqual([]);
  });

  it('has what the journal knows of the process, if that still runs', async () => {
    const written = 'journalctl -q -b -n 1 -o cat FGUARD_PID=$$';
    const pid = await vm.ok(
      `: </srv/deep/secret; until [ -n "$(${written})" ]; do sleep 0.2; done; echo $$`,
    );
    expect(await entries(vm, `OBJECT_PID=${pid.trim()}`)).toMatchObject([
      {OBJECT_COMM: 'bash', OBJECT_UID: '0', FGUARD_COMM: 'bash'},
    ]);
  });

  it('cannot be given a field by the name of a file', async () => {
    const name = '/srv/a\nFGUARD_VERDICT=allow\n';
    await vm.ok(['touch', name]);
    await vm.ok(['fguard', 'protect', name]);
    expect((await vm.run(['tac', name])).code).toBe(1);
    const found = await untilWritten(vm, 'FGUARD_COMM=tac');
    expect(found).toMatchObject([{FGUARD_VERDICT: 'deny', FGUARD_PATH: name}]);
    expect(await entries(vm, 'FGUARD_VERDICT=allow')).toEqual([]);
    await vm.ok('systemctl reload fguard');
  });

  it('goes on when the journal is restarted', async () => {
    const pid = await property(vm, 'fguard-log', 'MainPID');
    await vm.ok('systemctl restart systemd-journald');
    await expectWritten(vm, 'sort');
    expect(await property(vm, 'fguard-log', 'MainPID')).toBe(pid);
  });

  it('has what was refused while there was no journal', async () => {
    const pid = await property(vm, 'fguard-log', 'MainPID');
    const units =
      'systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service';
    await vm.ok(`systemctl stop ${units} systemd-journald-audit.socket`);
    expect((await vm.run('uniq /srv/deep/secret')).code).toBe(1);
    await vm.ok(`systemctl start ${units}`);
    expect(await untilWritten(vm, 'FGUARD_COMM=uniq')).toHaveLength(1);
    expect(await property(vm, 'fguard-log', 'MainPID')).toBe(pid);
  });

  it('has each of a flood of refusals, or says how many it missed', async () => {
    const drop = '/run/systemd/system/fguard-log.service.d';
    await vm.ok(`mkdir ${drop}`);
    await write(vm, `${drop}/all.conf`, '[Service]\nLogRateLimitIntervalSec=0');
    await vm.ok('systemctl daemon-reload && systemctl restart fguard-log');
    const log = await property(vm, 'fguard-log', 'MainPID');
    const journald = await property(vm, 'systemd-journald', 'MainPID');
    await vm.ok(`kill -STOP ${journald}`);
    const opens = 20_000;
    const flood = `for n in $(seq ${opens}); do : </srv/deep/secret; done 2>/dev/null; echo $$`;
    const pid = (await vm.ok(flood)).trim();
    await vm.ok(`kill -CONT ${journald}`);
    let [written, lost] = [0, 0];
    while (written + lost < opens) [written, lost] = await tally(vm, pid, log);
    expect(written + lost).toBe(opens);
    expect(lost).toBeGreaterThan(0);
    await expectWritten(vm, 'expand');
    await vm.ok(`rm -r ${drop} && systemctl daemon-reload`);
  });

  it('goes on while names are looked up for longer than its watchdog waits', async () => {
    const pid = await property(vm, 'fguard-log', 'MainPID');
    const restarts = await property(vm, 'fguard-log', 'NRestarts');
    const slow = `#!/bin/sh\necho "$*" >>/run/looked-up\nsleep infinity`;
    await vm.ok('mv /usr/bin/getent /usr/bin/getent.real');
    await write(vm, '/usr/bin/getent', slow);
    await vm.ok('chmod 755 /usr/bin/getent');
    // two at a time, each for ten seconds
    for (let count = 1; count <= LOOKUPS; count++) {
      const refused = `setpriv --reuid=${54_320 + count} --clear-groups /usr/bin/fmt /srv/deep/secret`;
      expect((await vm.run(refused)).code).not.toBe(0);
      await until(vm, `[ $(wc -l </run/looked-up) -ge ${count} ]`);
    }
    await until(vm, `[ $(journalctl -q -o cat FGUARD_COMM=fmt | wc -l) -ge ${LOOKUPS} ]`);
    expect(await property(vm, 'fguard-log', 'MainPID')).toBe(pid);
    expect(await property(vm, 'fguard-log', 'NRestarts')).toBe(restarts);
    await vm.ok('mv /usr/bin/getent.real /usr/bin/getent');
  });

  it('starts again when it is killed', async () => {
    await vm.ok(`kill -KILL ${await property(vm, 'fguard-log', 'MainPID')}`);
    await untilRestarted(vm, 'fguard-log', 1);
    await expectWritten(vm, 'fold');
  });

  it('starts again when its main thread alone stands still', async () => {
    const pid = await property(vm, 'fguard-log', 'MainPID');
    // ptrace(PTRACE_ATTACH): it stops the thread that it names, and no other
    const tracer = vm.spawn(
      `perl -e 'syscall(101, 16, ${pid}, 0, 0) == 0 or die $!; $| = 1; print "attached\\n"; waitpid(${pid}, 0); sleep'`,
    );
    await tracer.waitFor('attached');
    await untilRestarted(vm, 'fguard-log', 2);
    tracer.kill('SIGKILL');
    await expectWritten(vm, 'fold -w 9');
  });

  it('ends where the module is unloaded by hand, and does not fail', async () => {
    await vm.ok('fguard unload');
    for (const unit of ['fguard-log', 'fguard-agent'])
      await until(vm, `[ "$(systemctl is-active ${unit})" = inactive ]`);
    expect(await vm.ok('systemctl --failed --no-legend')).toBe('');
    await vm.ok('systemctl restart fguard');
    await untilActive(vm, 'fguard-log', 'fguard-agent');
    await expectGuarded(vm);
    await vm.checkKernelLog();
  });
});

describe.each(['6.1', 'newest'])('booted with kernel %s', (kernel) => {
  it('guards before any ordinary service starts', async () => {
    await vm.shutdown();
    vm = await boot(kernel, disk);
    expect(await vm.ok('cat /var/log/ordinary')).toBe(ORDINARY_WORDS);
    expect(await entries(vm, 'FGUARD_COMM=cat')).toMatchObject([{FGUARD_PATH: '/srv/deep/secret'}]);
    await expectGuarded(vm);
    expect(await complaints(vm)).toBe('');
  });
});

describe('removed', () => {
  it('nothing is guarded, now or after the next boot', async () => {
    const report: unknown = JSON.parse(await vm.ok('fguard service remove --json'));
    expect(report).toMatchObject({
      changed: true,
      units: unitReports(false, false),
    });
    expect(await isLoaded(vm)).toBe(false);
    expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 0});
    await write(vm, OTHER_RULES, WRONG);
    expect((await vm.run('fguard service install')).code).toBe(1);
    await expectPurged(vm);
    expect(await vm.ok('systemctl --failed --no-legend')).toBe('');
    await vm.shutdown();
  });
});
