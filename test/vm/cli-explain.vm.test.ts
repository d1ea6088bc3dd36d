// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, expect, it} from 'vitest';
import {json, onTerminal} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/cli-explain/
//   image         an ext4 filesystem, by a loop device
//   disk/secret   in it, guarded; the owner gets in. hard: another name of it
//   other/        where it is mounted as well
const lab = useLab('cli-explain');
const [disk, other, image] = [lab.path('disk'), lab.path('other'), lab.path('image')];
const [secret, hard] = [`${disk}/secret`, `${disk}/hard`];
let device: string;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && truncate -s 32M image && modprobe -a loop ext4 && mkfs.ext4 -q -N 128 image && mkdir disk other &&
     mount -o loop image disk && mount --bind disk other && printf treasure >disk/secret && ln disk/secret disk/hard`,
  );
  device = (await vm.ok(`findmnt -no SOURCE ${disk}`)).trim();
});

afterAll(async () => {
  await lab.guard.clear();
  await lab.intruder.end();
  await vm.ok(`umount ${other} ${disk}`);
});

it('explain knows the rules, the other names, the holders, and the device beneath', async () => {
  expect(await lab.intruder.do('hold', secret)).toBe('OK');
  const {id: near} = await lab.guard.add(secret, {pids: [lab.owner.pid], ops: ['read', 'delete']});
  const {id: far} = await lab.guard.add(disk, {tree: true, otherwise: 'log'});
  const rule = (id: number) => expect.objectContaining({id}) as unknown;
  const common = {concerned: true, allowed: false};
  const stranger = {
    path: hard,
    op: 'read',
    process: null,
    verdict: 'deny',
    reason: 'rule',
    rule: near,
    why: expect.stringContaining(`rule ${near}`),
    matches: expect.arrayContaining([
      {...common, rule: rule(near), kind: 'path', distance: 0, decides: true},
      {...common, rule: rule(far), kind: 'tree', distance: 1, decides: false},
    ]),
    answers: [],
    executables: [],
    links: {count: 2, others: [secret]},
    mounts: [`${other}/hard`],
    device,
    beneath: [device, image].map((path) => ({path, guarded: false})),
    holders: [
      {pid: lab.intruder.pid, comm: 'try', fd: expect.any(Number), path: hard, access: 'rw'},
    ],
  };
  expect(await json(`fguard explain ${hard} --json`)).toEqual(stranger);

  const columns = 60;
  const words = `--pid ${lab.owner.pid} --op delete`;
  const lines = await onTerminal(`fguard explain ${secret} ${words}`, columns);
  const text = lines.join('\n');
  for (const part of [
    `allow: delete of ${secret} by try[${lab.owner.pid}]: rule ${near}`,
    `2 hard links, also ${hard}`,
    `${other}/secret`,
    `try[${lab.intruder.pid}] has it open`,
    `fguard protect ${device} ${image}`,
  ])
    expect(text).toContain(part);
  const table = lines.filter((line) => /[│─]/.test(line));
  expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(columns);
});

it('what doctor and explain name beneath a file can be guarded, and is', async () => {
  const check = async (): Promise<unknown> => {
    const {checks} = (await json('fguard doctor --json')) as {checks: {title: string}[]};
    return checks.find(({title}) => title === 'block devices');
  };
  const command = `fguard protect ${device} ${image}`;
  expect(await check()).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining(`are on ${device}, ${image}: anyone who can open one of them`),
    fix: `sudo ${command}`,
  });
  for (const path of [device, image])
    expect([path, await lab.intruder.do('open', path)]).toEqual([path, 'OK']);

  await vm.ok(command);
  const watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
  for (const path of [device, image])
    for (const [route, op] of [
      ['open', 'read'],
      ['open-write', 'write'],
    ] as const) {
      expect([path, route, await lab.intruder.do(route, path)]).toEqual([path, route, 'EACCES']);
      expect(await watcher.next()).toMatchObject({op, path, reason: 'rule'});
    }
  await watcher.end();
  expect(await lab.owner.do('open', secret)).toBe('OK');
  expect(await check()).toMatchObject({state: 'ok', detail: `also guarded: ${device}, ${image}`});
  expect(await json(`fguard explain ${secret} --json`)).toMatchObject({
    beneath: [device, image].map((path) => ({path, guarded: true})),
  });
});

it('explain tells of an interpreter that is let in, which does run what it is told', async () => {
  const shell = (await vm.ok('readlink -f /bin/sh')).trim();
  const {id} = await lab.guard.add(secret, {exes: [shell]});
  expect(await json(`fguard explain ${secret} --json`)).toMatchObject({
    executables: [
      {exe: shell, kind: 'interpreter', rules: [id], why: expect.stringContaining(shell)},
    ],
  });
  expect((await vm.run(['cat', secret])).code).toBe(1);
  expect(await vm.ok([shell, '-c', `read -r line <${secret}; echo "$line"`])).toBe('treasure\n');
});
