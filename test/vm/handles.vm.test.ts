// SPDX-License-Identifier: MIT
// A file opened by its handle has neither name nor directory until somebody looks
// it up by name.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/handles/disk/   ext4
//   vault/secret.docx
//   plain/file
const lab = useLab('handles');
const refuses = useRefusals(lab);
const disk = lab.path('disk');
const secret = `${disk}/vault/secret.docx`;
const plain = `${disk}/plain/file`;

beforeAll(() =>
  vm.ok(
    `cd ${lab.directory} && truncate -s 32M image && modprobe -a loop ext4 && mkfs.ext4 -q image &&
     mkdir disk && mount -o loop image disk && mkdir disk/vault disk/plain &&
     printf treasure >${secret} && printf plain >${plain}`,
  ),
);
afterEach(async () => {
  await lab.guard.clear();
  expect(await lab.owner.show(secret)).toContain('size=8 content=treasure');
});

/** The event has what path there is without a name; to look at the file would make it known. */
const byHandle = (rule: number): Promise<void> =>
  refuses(['open-evicted', secret, disk], 'read', {
    rule,
    path: expect.any(String),
    unchanged: false,
  });
afterAll(() => vm.ok(`umount ${disk}`));

describe('a file that is opened by its handle after its name was forgotten', () => {
  it('opens for everybody where no rule is about trees or suffixes', async () => {
    await lab.guard.add(lab.path('other'), {pids: [lab.owner.pid]});
    expect(await lab.intruder.do('open-evicted', secret, disk)).toBe('OK');
  });

  it.each([
    ['a tree', `${disk}/vault`, {tree: true}],
    ['a suffix', undefined, {suffix: '.docx'}],
    ['a suffix below a directory', `${disk}/vault`, {suffix: '.docx'}],
    ['a suffix below a mount', disk, {suffix: '.docx'}],
  ] as const)('is guarded by a rule about %s', async (_, path, options) => {
    const {id} = await lab.guard.add(path, {...options, pids: [lab.owner.pid]});
    await byHandle(id);
    expect(await lab.owner.do('open-evicted', secret, disk)).toBe('OK');
    await refuses(['open', secret], 'read', {
      rule: id,
      unchanged: () => lab.owner.show(secret),
    });
    // the name is known again
    expect(await lab.intruder.do('open', plain)).toBe('OK');
    expect(await lab.intruder.do('handle', plain)).toBe('OK');
  });

  it('is guarded by a tree that is all of a mount', async () => {
    // the mount itself is opened, too, to find the file by
    const rule = {tree: true, ops: ['read'], pids: [lab.owner.pid]} as const;
    await byHandle((await lab.guard.add(disk, rule)).id);
    expect(await lab.owner.do('open-evicted', secret, disk)).toBe('OK');
  });

  it('is not let in by a tree that it may not be in', async () => {
    await lab.guard.add(`${disk}/plain`, {tree: true, pids: [lab.intruder.pid]});
    await byHandle((await lab.guard.add(undefined, {suffix: '.docx', pids: [1]})).id);
  });

  it('is guarded by a rule about its path', async () => {
    await byHandle((await lab.guard.add(secret, {pids: [lab.owner.pid]})).id);
    expect(await lab.intruder.do('open-evicted', plain, disk)).toBe('OK');
  });

  it('is not guarded by a tree of another filesystem', async () => {
    await vm.ok(`mkdir -p ${lab.path('elsewhere')}`);
    await lab.guard.add(lab.path('elsewhere'), {tree: true});
    expect(await lab.intruder.do('open-evicted', secret, disk)).toBe('OK');
  });
});
