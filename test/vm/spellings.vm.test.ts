// SPDX-License-Identifier: MIT
// Filesystems that take several spellings for one name.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {isSince} from './helper/release.js';
import {vm} from './runner/shared.js';

// /tmp/spellings/
//   fold/names/   ext4, a directory that folds case
//   fat/          FAT
const lab = useLab('spellings');
const refuses = useRefusals(lab);
const fold = lab.path('fold/names');
const fat = lab.path('fat');

/** In whatever spelling. To look at it before would make its name known: at the end is what it is. */
const likeThat = (file: string) => ({
  path: expect.stringMatching(new RegExp(`^${file}$`, 'i')),
  unchanged: false as const,
});

const forget = () => vm.ok('sync; for _ in 1 2 3; do echo 3 >/proc/sys/vm/drop_caches; done');

/** Debian's 5.10 is built without CONFIG_UNICODE: it does not mount such a filesystem. */
const FOLDS = isSince('6.1');

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && modprobe -a loop vfat nls_ascii nls_cp437 && mkdir fat &&
     truncate -s 8M dos && mkfs.vfat dos >/dev/null && mount -o loop dos fat && mkdir fat/sub`,
  );
  const folding = await vm.run(
    `cd ${lab.directory} && modprobe ext4 && truncate -s 32M folding && mkdir fold &&
     mkfs.ext4 -q -O casefold folding && mount -o loop folding fold && mkdir fold/names &&
     chattr +F fold/names`,
  );
  expect(folding.code === 0).toBe(FOLDS);
});
afterEach(() => lab.guard.clear());
afterAll(() => vm.ok(`umount ${FOLDS ? lab.path('fold') : ''} ${fat}`));

const WAYS: readonly [route: string, op: Op][] = [
  ['open', 'read'],
  ['open-write', 'write'],
  ['truncate', 'truncate'],
  ['unlink', 'delete'],
  ['chmod', 'attr'],
];

describe.each([
  ...(FOLDS ? [['a directory that folds case', fold]] : []),
  ['the root of a FAT filesystem', fat],
] as [string, string][])('%s', (_, directory) => {
  it('has a guarded name that is not there yet in no spelling', async () => {
    await lab.guard.add(`${directory}/secret`, {pids: [lab.owner.pid]});
    for (const name of ['secret', 'SECRET', 'Secret'])
      for (const route of ['open-create', 'open-excl', 'mkdir'])
        await refuses([route, `${directory}/${name}`], 'create', {
          ...likeThat(`${directory}/secret`),
          unchanged: () => vm.ok(`ls -A ${directory}`),
        });
    expect(await lab.intruder.do('open-create', `${directory}/secrets`)).toBe('OK');
    expect(await lab.owner.do('open-create', `${directory}/SECRET`)).toBe('OK');
  });

  it('guards what is there by every spelling, also when nothing is cached', async () => {
    await lab.owner.do('write', `${directory}/There`, 'treasure');
    // FAT numbers its inodes as it meets them
    const look = async () => (await lab.owner.show(`${directory}/There`)).replace(/inode=\d+ /, '');
    const before = await look();
    await lab.guard.add(`${directory}/There`, {pids: [lab.owner.pid]});
    await forget();
    for (const name of ['THERE', 'There', 'there'])
      for (const [route, op] of WAYS)
        await refuses([route, `${directory}/${name}`], op, likeThat(`${directory}/There`));
    const unchanged = () => vm.ok(['ls', '-A', directory]);
    await refuses(['rename', `${directory}/secrets`, `${directory}/tHERE`], 'rename', {unchanged});
    expect(await look()).toBe(before);
    expect(before).toContain('content=treasure');
  });

  it('guards a tree by every spelling', async () => {
    await vm.ok(`mkdir -p ${directory}/Tree && printf treasure >${directory}/Tree/file`);
    await lab.guard.add(`${directory}/Tree`, {tree: true, pids: [lab.owner.pid]});
    await forget();
    for (const [route, name, op] of [
      ['open-trunc', 'TREE/FILE', 'write'],
      ['open', 'Tree/file', 'read'],
      ['open-create', 'tree/new', 'create'],
    ] as const)
      await refuses([route, `${directory}/${name}`], op, likeThat(`${directory}/${name}`));
    expect(await lab.owner.do('stat', `${directory}/tree/new`)).toBe('ENOENT');
    expect(await lab.owner.show(`${directory}/tree/file`)).toContain('content=treasure');
  });
});

it('below the root of a FAT filesystem nothing can be guarded, and the refusal says so', async () => {
  for (const options of [{}, {tree: true}, {suffix: '.docx'}])
    await expect(
      lab.guard.add(`${fat}/sub/${'suffix' in options ? '' : 'file'}`.replace(/\/$/, ''), options),
    ).rejects.toThrow(/FAT/);
  expect(await lab.guard.list()).toEqual([]);
});

it.each([
  'a-long-name.txt',
  'LONGNA~1.TXT',
  'two.dots.x',
  'a+b',
  '.hidden',
  'letter.docx',
  'pièce',
])(
  'a file of FAT that has two names cannot be guarded by one of them, and the refusal says so: %s',
  async (name) => {
    for (const options of [{}, {tree: true}])
      await expect(lab.guard.add(`${fat}/${name}`, options)).rejects.toThrow(/second name/);
  },
);

it.each(['SECRET.TXT', 'a', "{x}-'1'.$_", 'EFI'])(
  'a file of FAT that has one name can: %s',
  async (name) => {
    await lab.guard.add(`${fat}/${name}`);
    await refuses(['open-excl', `${fat}/${name}`], 'create', {
      unchanged: () => vm.ok(['ls', '-A', fat]),
    });
  },
);

it.each(['/proc/sys/kernel/core_pattern', '/proc/self/cmdline', '/sys/devices/system/cpu/online'])(
  'what is another in each namespace cannot be guarded, and the refusal says so: %s',
  async (path) => {
    await expect(lab.guard.add(path)).rejects.toThrow(/namespace/);
    const directory = path.slice(0, path.lastIndexOf('/'));
    await expect(lab.guard.add(directory, {suffix: 'e'})).rejects.toThrow(/namespace/);
    await expect(lab.guard.add(directory, {tree: true})).rejects.toThrow(/namespace/);
    const root = path.slice(0, path.indexOf('/', 1));
    await expect(lab.guard.add(root, {tree: true})).rejects.toThrow(/namespace/);
  },
);

it.each(['/sys/fs/cgroup', '/sys/kernel/debug'])(
  'what is mounted there and is one for all can: %s',
  async (path) => {
    await lab.guard.add(path, {tree: true, ops: ['list']});
    await refuses(['open', path], 'list', {unchanged: false});
    await forget();
    await refuses(['open', path], 'list', {unchanged: false});
  },
);
