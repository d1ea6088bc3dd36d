// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {OPS} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/filesystems/
//   image         an ext4 filesystem
//   disk/secret   in it, guarded; the owner gets in
//   other/        where it is mounted as well
//   xfs/          an xfs filesystem
//   lower/secret  guarded, below an overlay
const lab = useLab('filesystems');
const [disk, other] = [lab.path('disk'), lab.path('other')];
const secret = `${disk}/secret`;
const ALL_BUT_MOUNT = OPS.filter((op) => op !== 'mount');

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && truncate -s 32M image && modprobe -a loop ext4 overlay && mkfs.ext4 -q -N 128 image && mkdir disk other lower upper work merged &&
     mount -o loop image disk && printf treasure >disk/secret`,
  );
});

afterAll(() => vm.ok(`umount ${other}; umount ${disk}`));

describe('on ext4', () => {
  beforeAll(async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid], ops: ALL_BUT_MOUNT});
  });

  it('a rule guards, and lets the allowed process in', async () => {
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('handle', secret)).toBe('EACCES');
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });

  it('a rule does not keep a filesystem from being unmounted, and guards when it is back', async () => {
    await vm.ok(`umount ${disk}`);
    expect(await lab.intruder.do('open', secret)).toBe('ENOENT');
    expect(await lab.guard.list()).toMatchObject([{path: secret}]);
    await vm.ok(`mount -o loop ${lab.path('image')} ${disk}`);
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('open-write', secret)).toBe('EACCES');
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });

  it('of two names of one file each is guarded, though nobody saw how it got the second', async () => {
    const [one, two] = [`${disk}/pair/one`, `${disk}/pair/two`];
    await vm.ok(`mkdir ${disk}/pair && printf pair >${one}`);
    await lab.guard.add(one, {pids: [lab.intruder.pid], ops: ALL_BUT_MOUNT});
    await lab.guard.add(two, {pids: [lab.owner.pid], ops: ALL_BUT_MOUNT});
    await vm.ok(
      `umount ${disk} && cd ${lab.directory} && printf 'ln pair/one pair/two\nsif pair/one links_count 2\n' | debugfs -w image && mount -o loop image disk`,
    );
    expect(await lab.intruder.do('open', one)).toBe('OK');
    expect(await lab.intruder.do('open', two)).toBe('EACCES');
    expect(await lab.owner.do('open', one)).toBe('EACCES');
    for (const path of [one, two]) await lab.guard.do('del', {path});
  });

  it('a rule guards wherever the filesystem is mounted', async () => {
    await vm.ok(`mount $(findmnt -no SOURCE ${disk}) ${other}`);
    expect(await lab.intruder.do('open', `${other}/secret`)).toBe('EACCES');
    expect(await lab.intruder.do('rename', `${other}/secret`, `${other}/away`)).toBe('EACCES');
    const result = await vm.run(
      `unshare -m sh -c 'mount --bind ${other} /mnt && cat /mnt/secret'; chroot ${other} /secret`,
    );
    expect(result.code).not.toBe(0);
    expect(result.stdout).toBe('');
    expect(result.stderr.match(/denied/g)).toHaveLength(2);
  });

  it('an inode number that is used again is not guarded for that', async () => {
    expect(await lab.owner.do('unlink', secret)).toBe('OK');
    const reused = await vm.ok(
      `cd ${disk} && for i in $(seq 60); do echo $i >file$i || exit; done; cat file* | wc -l; rm file*`,
    );
    expect(reused).toBe('60\n');
    expect(await lab.intruder.do('open-create', secret)).toBe('EACCES');
    expect(await lab.owner.do('write', secret, 'again')).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });
});

describe('on xfs', () => {
  const file = lab.path('xfs/folder/secret');
  const hard = lab.path('xfs/hard');
  const image = lab.path('image.xfs');
  const ROUTES: [route: string, ...files: string[]][] = [
    ['open', file],
    ['open-write', hard],
    ['handle', file],
    ['truncate', hard],
    ['chmod', file],
    ['setxattr', file],
    ['unlink', file],
    ['rename', file, lab.path('xfs/away')],
    ['rename-exchange', lab.path('xfs/plain'), file],
    ['link', hard, lab.path('xfs/more')],
  ];

  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && modprobe xfs && truncate -s 400M ${image} && mkfs.xfs -q ${image} && mkdir xfs &&
       mount -o loop ${image} xfs && mkdir xfs/folder && printf treasure >${file} && ln ${file} ${hard} && touch xfs/plain`,
    );
    await lab.guard.add(file, {pids: [lab.owner.pid], ops: ALL_BUT_MOUNT});
  });

  afterAll(async () => {
    await lab.guard.clear();
    await vm.ok(`umount ${lab.path('xfs')}; rm ${image}`);
  });

  const isGuarded = async (): Promise<void> => {
    for (const [route, ...files] of ROUTES)
      expect([route, await lab.intruder.do(route, ...files)]).toEqual([route, 'EACCES']);
    expect(await lab.owner.show(file)).toContain('content=treasure');
  };

  it('a rule guards every name and handle of a file', isGuarded);

  it('a rule guards when the filesystem was unmounted and mounted again', async () => {
    await vm.ok(`umount ${lab.path('xfs')} && mount -o loop ${image} ${lab.path('xfs')}`);
    await isGuarded();
    expect(await lab.intruder.do('open', lab.path('xfs/plain'))).toBe('OK');
  });
});

describe('with an overlay', () => {
  it('a guarded lower file cannot be read through it', async () => {
    await vm.ok(
      `cd ${lab.directory} && printf treasure >lower/secret &&
       mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`,
    );
    await lab.guard.add(lab.path('lower/secret'), {pids: [lab.owner.pid]});
    expect(await lab.intruder.do('open', lab.path('lower/secret'))).toBe('EACCES');
    expect(await lab.intruder.do('open', lab.path('merged/secret'))).toBe('EACCES');
    expect(await lab.owner.show(lab.path('merged/secret'))).toContain('content=treasure');
    await vm.ok(`umount ${lab.path('merged')}`);
  });
});
