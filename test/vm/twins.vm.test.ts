// SPDX-License-Identifier: MIT
// A copy of a filesystem has its UUID, and each file the number that it has there.
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/twins/
//   disk/secret   ext4; secret is "treasure"
//   disk/other    the same file
//   copy/         the same again, of a copy of the image
const lab = useLab('twins');
const refuses = useRefusals(lab);
const [disk, copy] = [lab.path('disk'), lab.path('copy')];
const secret = `${disk}/secret`;

beforeAll(() =>
  vm.ok(
    `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 32M image && mkfs.ext4 -q image &&
     mkdir disk copy && mount -o loop image disk && printf treasure >disk/secret &&
     ln disk/secret disk/other && umount disk && cp image twin && mount -o loop image disk &&
     mount -o loop twin copy`,
  ),
);
afterEach(() => lab.guard.clear());
afterAll(() => vm.ok(`umount ${disk} ${copy}`));

const unchanged = (): Promise<string> => lab.owner.show(secret);

/** Without a look at the guarded name, by which the rule would learn of its file anew. */
const refusesOther = (rule: number): Promise<void> =>
  refuses(['open', `${disk}/other`], 'read', {unchanged: false, rule});

it('does not make a rule forget its file by losing its own', async () => {
  const {id} = await lab.guard.add(secret, {pids: [lab.owner.pid]});
  for (const name of ['other', 'secret'])
    expect(await lab.owner.do('unlink', `${copy}/${name}`)).toBe('OK');
  await refusesOther(id);
  await vm.ok(`sync && umount ${copy} && mount -o loop ${lab.path('twin')} ${copy}`);
  await refusesOther(id);
});

it('has a rule of its own for the same name', async () => {
  const first = await lab.guard.add(secret, {pids: [lab.owner.pid]});
  const second = await lab.guard.add(`${copy}/secret`, {otherwise: 'log'});
  expect(second.id).not.toBe(first.id);
  expect((await lab.guard.list()).map(({id}) => id).sort()).toEqual([first.id, second.id].sort());
  await refuses(['open', secret], 'read', {unchanged, rule: first.id});
});

it('has one where all are replaced at once, and no name in common', async () => {
  const both = (also: string): Promise<unknown> =>
    lab.guard.ask('set-many', {prefix: `${disk}/new`, count: 1, also});
  expect(await both(`${disk}/new0`)).toMatchObject({errno: 'EEXIST'});
  expect(await both(`${copy}/new0`)).not.toHaveProperty('errno');
  expect(await lab.guard.list()).toHaveLength(2);
  await lab.guard.add(secret, {name: 'mine'});
  await expect(lab.guard.add(`${copy}/secret`, {name: 'mine'})).rejects.toThrow('EEXIST');
});

it('comes in the place of one rule only, where two are like the same', async () => {
  const first = await lab.guard.add(`${disk}/new0`, {otherwise: 'log'});
  // the same devices, each where the other was
  await vm.ok(
    `umount ${disk} ${copy} && mount -o loop ${lab.path('image')} ${copy} &&
     mount -o loop ${lab.path('twin')} ${disk}`,
  );
  const added = await lab.guard.ask('add-many', {
    prefix: `${disk}/new`,
    count: 1,
    also: `${copy}/new0`,
  });
  expect(added).not.toHaveProperty('errno');
  const ids = (await lab.guard.list()).map(({id}) => id);
  expect([ids.length, ids.includes(first.id)]).toEqual([2, true]);
  await lab.guard.clear();
  expect(await lab.guard.list()).toEqual([]);
});
