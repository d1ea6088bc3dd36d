// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {OPS, type Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/filesystems/
//   image         an ext4 filesystem
//   disk/secret   in it, guarded; the owner gets in
//   other/        where it is mounted as well
//   xfs/          an xfs filesystem
//   lower/secret  guarded, below an overlay
const lab = useLab('filesystems');
const refuses = useRefusals(lab);
const [disk, other] = [lab.path('disk'), lab.path('other')];
const secret = `${disk}/secret`;
/** As somebody sees it who may. */
const sameFile = (file: string) => ({unchanged: () => lab.owner.show(file)});
/** A 32-bit program that is not allowed. */
let small: Actor;
const ALL_BUT_MOUNT = OPS.filter((op) => op !== 'mount');

beforeAll(async () => {
  small = await Actor.start({program: 'try32'});
  await vm.ok(
    `cd ${lab.directory} && truncate -s 32M image && modprobe -a loop ext4 overlay && mkfs.ext4 -q -N 128 image && mkdir disk other lower upper work merged &&
     mount -o loop image disk && printf treasure >disk/secret`,
  );
});

afterAll(async () => {
  await small.end();
  await vm.ok(`umount ${other}; umount ${disk}`);
});

describe('on ext4', () => {
  beforeAll(async () => {
    await lab.guard.add(secret, {pids: [lab.owner.pid], ops: ALL_BUT_MOUNT});
  });

  it('a rule guards, and lets the allowed process in', async () => {
    await refuses(['open', secret], 'read', sameFile(secret));
    await refuses(['handle', secret], 'read', sameFile(secret));
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });

  it('a rule does not keep a filesystem from being unmounted, and guards when it is back', async () => {
    await vm.ok(`umount ${disk}`);
    expect(await lab.intruder.do('open', secret)).toBe('ENOENT');
    expect(await lab.guard.list()).toMatchObject([{path: secret}]);
    await vm.ok(`mount -o loop ${lab.path('image')} ${disk}`);
    await refuses(['open', secret], 'read', sameFile(secret));
    await refuses(['open-trunc', secret], 'write', sameFile(secret));
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
    // whom the rule about the other lets in
    await refuses(['open', two], 'read', {unchanged: () => lab.intruder.show(one)});
    expect(await lab.owner.do('open', one)).toBe('EACCES');
    for (const path of [one, two]) await lab.guard.do('del', {path});
  });

  it('a rule guards wherever the filesystem is mounted', async () => {
    await vm.ok(`mount $(findmnt -no SOURCE ${disk}) ${other}`);
    await refuses(['open', `${other}/secret`], 'read', sameFile(secret));
    await refuses(['rename', `${other}/secret`, `${other}/away`], 'rename', sameFile(secret));
    const result = await vm.run(
      `unshare -m sh -c 'mount --bind ${other} /mnt && cat /mnt/secret'; chroot ${other} /secret`,
    );
    expect(result.code).not.toBe(0);
    expect(result.stdout).toBe('');
    expect(result.stderr.match(/denied/g)).toHaveLength(2);
    expect(await lab.owner.show(secret)).toContain('content=treasure');
  });

  it('an inode number that is used again is not guarded for that', async () => {
    expect(await lab.owner.do('unlink', secret)).toBe('OK');
    const reused = await vm.ok(
      `cd ${disk} && for i in $(seq 60); do echo $i >file$i || exit; done; cat file* | wc -l; rm file*`,
    );
    expect(reused).toBe('60\n');
    await refuses(['open-create', secret], 'create', sameFile(secret));
    expect(await lab.owner.do('write', secret, 'again')).toBe('OK');
    await refuses(['open', secret], 'read', sameFile(secret));
  });
});

describe('on xfs', () => {
  const file = lab.path('xfs/folder/secret');
  const hard = lab.path('xfs/hard');
  const image = lab.path('image.xfs');
  const ROUTES: [op: Op, route: string, ...files: string[]][] = [
    ['read', 'open', file],
    ['write', 'open-trunc', hard],
    ['write', 'punch-hole', file],
    ['read', 'handle', file],
    ['truncate', 'truncate', hard],
    ['attr', 'chmod', file],
    ['attr', 'setxattr', file],
    ['delete', 'unlink', file],
    ['rename', 'rename', file, lab.path('xfs/away')],
    ['rename', 'rename-exchange', lab.path('xfs/plain'), file],
    ['link', 'link', hard, lab.path('xfs/more')],
  ];
  const eitherName = {path: expect.stringMatching(new RegExp(`^(${file}|${hard})$`))};

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
    for (const [op, ...words] of ROUTES)
      await refuses(words, op, {...sameFile(file), ...(words[0] === 'handle' && eitherName)});
    expect(await lab.owner.show(file)).toContain('content=treasure');
  };

  it('a rule guards every name and handle of a file', isGuarded);

  it('a rule guards when the filesystem was unmounted and mounted again', async () => {
    await vm.ok(`umount ${lab.path('xfs')} && mount -o loop ${image} ${lab.path('xfs')}`);
    await isGuarded();
    expect(await lab.intruder.do('open', lab.path('xfs/plain'))).toBe('OK');
  });

  it("nobody gets in by a flag that is the kernel's own: an open that claims to execute", async () => {
    const plain = lab.path('xfs/plain');
    await lab.guard.add(plain, {ops: ['write']});
    await refuses(['xfs-open', plain, lab.path('xfs')], 'write', sameFile(plain));
    await lab.guard.add(plain, {ops: ['read']});
    await refuses(['xfs-open', plain, lab.path('xfs')], 'read', sameFile(plain));
    expect(await small.do('xfs-open', plain, lab.path('xfs'))).toBe('EACCES');
    await lab.guard.add(plain, {ops: ['exec']});
    expect(await lab.intruder.do('xfs-open', plain, lab.path('xfs'))).toBe('OK');
    await lab.guard.do('del', {path: plain});
  });
});

describe('on message queues', () => {
  it('nobody gets in by such a flag either', async () => {
    const queue = lab.path('queues/secret');
    await vm.ok(`mkdir ${lab.path('queues')} && mount -t mqueue queues ${lab.path('queues')}`);
    await vm.ok(`touch ${queue}`);
    await lab.guard.add(queue, {ops: ['write']});
    const path = expect.stringMatching(/secret$/) as unknown;
    await refuses(['queue-open', queue], 'write', {path, unchanged: () => vm.ok(['cat', queue])});
    expect(await small.do('queue-open', queue)).toBe('EACCES');
    await lab.guard.clear();
    expect(await lab.intruder.do('queue-open', queue)).toBe('OK');
    await vm.ok(`umount ${lab.path('queues')}`);
  });
});

describe('with an overlay', () => {
  it('a guarded lower file cannot be read through it', async () => {
    await vm.ok(
      `cd ${lab.directory} && printf treasure >lower/secret &&
       mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`,
    );
    await lab.guard.add(lab.path('lower/secret'), {pids: [lab.owner.pid]});
    const same = sameFile(lab.path('lower/secret'));
    await refuses(['open', lab.path('lower/secret')], 'read', same);
    // newer kernels open it through a mount of the overlay's own, to which no path leads
    const path = expect.stringMatching(/\/secret$/) as unknown;
    await refuses(['open', lab.path('merged/secret')], 'read', {...same, path});
    expect(await lab.owner.show(lab.path('merged/secret'))).toContain('content=treasure');
    await vm.ok(`umount ${lab.path('merged')}`);
  });
});
