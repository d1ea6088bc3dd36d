// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {read} from './guarded.js';
import {entries} from './journal.js';
import {boot, newDisk, property, until, write} from './machine.js';

const KEY = '/srv/key';
const UNITS = ['reader', 'other', 'member', 'neighbour'];
let vm: Vm;

/*
 * A service that reads the key when it starts, and when it is told to reload: then
 * by another process of its cgroup, whose failure is that of the reload.
 */
const unit = (name: string, slice: string): string => `[Service]
Type=notify
NotifyAccess=all
Slice=${slice}
ExecStart=/bin/bash -c 'cat ${KEY} &>/run/${name}.words; systemd-notify --ready; exec sleep infinity'
ExecReload=/bin/cat ${KEY}`;

interface Protected {
  rules: {id: number; allow: {cgroups: string[]}}[];
}

const protect = async (...cgroups: string[]): Promise<Protected> => {
  const words = cgroups.map((name) => `--cgroup ${name}`).join(' ');
  return JSON.parse(await vm.ok(`fguard protect ${KEY} ${words} --json`)) as Protected;
};

const reload = async (name: string): Promise<number> =>
  (await vm.run(`systemctl reload ${name}`)).code ?? -1;

/** What a unit read when it was last started. */
const words = (name: string): Promise<string> => vm.ok(`cat /run/${name}.words`);

async function explain(pid: string): Promise<unknown> {
  return JSON.parse(await vm.ok(`fguard explain ${KEY} --pid ${pid} --json`));
}

/*
 * /srv/key               guarded, where a test says so
 * system.slice           reader.service, other.service
 * keys.slice             member.service, neighbour.service
 */
beforeAll(async () => {
  vm = await boot('6.1', newDisk('bookworm', 'units'));
  await vm.ok(`echo treasure >${KEY}`);
  for (const name of UNITS) {
    const slice = ['member', 'neighbour'].includes(name) ? 'keys.slice' : 'system.slice';
    await write(vm, `/etc/systemd/system/${name}.service`, unit(name, slice));
  }
  await vm.ok(`fguard service install && systemctl start ${UNITS.join(' ')}`);
});

afterAll(() => vm.kill());

const REFUSED = `cat: ${KEY}: Permission denied\n`;

describe('a rule that lets a systemd unit in', () => {
  it('lets its processes in, and no other unit, nor root', async () => {
    expect(await words('reader')).toBe('treasure\n');
    const {rules} = await protect('reader.service');
    expect(rules).toMatchObject([
      {allow: {cgroups: ['/sys/fs/cgroup/system.slice/reader.service']}},
    ]);
    expect(await reload('reader')).toBe(0);
    expect(await vm.ok('journalctl -b -u reader -o cat')).toContain('treasure\n');
    expect(await reload('other')).not.toBe(0);
    expect(await read(vm, KEY)).toEqual(expect.objectContaining({code: 1, stderr: REFUSED}));
    await until(vm, '[ "$(journalctl -q -b -o cat FGUARD_COMM=cat | wc -l)" = 2 ]');
    const found = await entries(vm, 'FGUARD_COMM=cat');
    const refused = {FGUARD_PATH: KEY, FGUARD_REASON: 'rule', FGUARD_VERDICT: 'deny'};
    expect(found).toMatchObject([refused, refused]);
  });

  it('is explained so', async () => {
    const [reader, other] = [
      await property(vm, 'reader', 'MainPID'),
      await property(vm, 'other', 'MainPID'),
    ];
    expect(await explain(reader)).toMatchObject({verdict: 'allow', reason: 'grant'});
    expect(await explain(other)).toMatchObject({verdict: 'deny', reason: 'rule'});
    expect(await explain('$$')).toMatchObject({verdict: 'deny', reason: 'rule'});
  });

  it('lets the unit in that was started again, and has another cgroup of that name', async () => {
    await vm.ok('systemctl restart reader');
    expect(await words('reader')).toBe('treasure\n');
    expect(await reload('reader')).toBe(0);
  });

  it('keeps out whoever was started again as another unit', async () => {
    await vm.ok('systemctl restart other');
    expect(await words('other')).toBe(REFUSED);
  });

  it('lets no process in that has left the unit', async () => {
    const left = `echo 0 >/sys/fs/cgroup/system.slice/reader.service/cgroup.procs; cat ${KEY};
      echo 0 >/sys/fs/cgroup/system.slice/other.service/cgroup.procs; cat ${KEY}`;
    expect(await vm.run(['sh', '-c', left])).toMatchObject({
      code: 1,
      stdout: 'treasure\n',
      stderr: REFUSED,
    });
  });

  it('may name a slice: then all units of it, those too that are started later', async () => {
    await protect('keys.slice');
    expect([await reload('member'), await reload('neighbour')]).toEqual([0, 0]);
    expect(await reload('reader')).not.toBe(0);
    await vm.ok('systemctl restart member');
    expect(await words('member')).toBe('treasure\n');
    expect(await explain(await property(vm, 'member', 'MainPID'))).toMatchObject({
      verdict: 'allow',
      reason: 'grant',
    });
  });

  it('can be made anew for a unit that was started anew', async () => {
    await protect('reader.service');
    await vm.ok('systemctl restart reader');
    await protect('reader.service');
    expect(await reload('reader')).toBe(0);
    expect(await reload('other')).not.toBe(0);
  });

  it('is refused for a unit that does not run', async () => {
    await vm.ok('systemctl stop other');
    const refused = await vm.run(`fguard protect ${KEY} --cgroup other.service --json`);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: {code: 'ENOENT', next: ['systemctl status other.service']},
    });
    expect(await reload('reader')).toBe(0);
  });

  it('leaves nothing behind', async () => {
    expect(await entries(vm, 'FGUARD_VERDICT=allow')).toEqual([]);
    await vm.ok('systemctl stop fguard');
    await vm.shutdown();
  });
});
