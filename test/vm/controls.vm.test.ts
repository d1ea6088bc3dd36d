// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {hasRoute} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/controls/ext4/{secret,free}   where verity may be
//               xfs/{secret,free}
const lab = useLab('controls');
const [ext4, xfs] = [lab.path('ext4'), lab.path('xfs')];
const [secret, free] = [`${ext4}/secret`, `${ext4}/free`];
const hasVerity = (await vm.run('grep -qw fsverity_ioctl_enable /proc/kallsyms')).code === 0;
let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && modprobe -a loop ext4 xfs && truncate -s 16M small && truncate -s 320M large &&
     mkfs.ext4 -q -b 4096 -O verity small && mkfs.xfs -q large && mkdir ext4 xfs && mount -o loop small ext4 && mount -o loop large xfs`,
  );
  watcher = await Watcher.start({verdict: 'deny'});
});

afterEach(() => lab.guard.clear());

afterAll(async () => {
  await watcher.end();
  await vm.ok(['umount', ext4, xfs]);
});

const make = (...files: string[]) =>
  vm.ok(files.map((file) => `rm -f ${file} && printf ${file} >${file}`).join(' && ') + ' && sync');

describe('a file that may be read', () => {
  it.runIf(hasVerity)(
    'cannot be sealed for ever by who may not change its attributes',
    async () => {
      await make(secret);
      const {id: rule} = await lab.guard.add(secret, {ops: ['attr'], pids: [lab.owner.pid]});
      await expectRefusal({
        actor: lab.intruder,
        watcher,
        words: ['verity', secret],
        op: 'attr',
        rule,
        path: secret,
        unchanged: () => vm.ok(`lsattr ${secret}`),
      });
      expect(await lab.owner.do('verity', secret)).toBe('OK');
      expect(await vm.ok(`lsattr ${secret}`)).toMatch(/^\S*V/);
    },
  );
});

describe('the blocks of a file', () => {
  // from the blocks: pages in use stay in the cache, whatever is said to it
  const contents = () =>
    vm.ok(
      [secret, free].map((file) => `dd if=${file} iflag=direct bs=4096 status=none`).join(' && '),
    );

  let allowed: Actor;
  let other: Actor;

  beforeEach(async () => {
    await make(secret, free);
    [allowed, other] = [await Actor.start(), await Actor.start()];
    for (const actor of [allowed, other]) expect(await actor.do('hold', secret)).toBe('OK');
  });

  afterEach(() => Promise.all([allowed.end(), other.end()]));

  it('cannot be exchanged with those of another under a strict rule', async () => {
    const before = await contents();
    const {id: rule} = await lab.guard.add(secret, {
      ops: ['write'],
      strict: true,
      pids: [allowed.pid],
    });
    await expectRefusal({
      actor: other,
      watcher,
      words: ['move-extent', free],
      op: 'write',
      rule,
      path: free,
      unchanged: contents,
    });
    expect(await allowed.do('move-extent', free)).toBe('OK');
    expect(await contents()).not.toBe(before);
  });

  it('can where rules are not strict, or are about another file system', async () => {
    await lab.guard.add(secret, {pids: [allowed.pid], ops: ['write']});
    await lab.guard.add(xfs, {strict: true, tree: true});
    expect(await other.do('move-extent', free)).toBe('OK');
  });
});

describe('the blocks of a device', () => {
  const routes = ['fd-zero-blocks', 'fd-discard-blocks', 'fd-discard-blocks-uring'];

  beforeAll(() => vm.ok(`yes | head -c 1M >${lab.path('device')}`));

  it.each(routes.filter(hasRoute))('are not changed by %s under a strict rule', async (route) => {
    const device = (await vm.ok(`losetup -f --show ${lab.path('device')}`)).trim();
    const holder = await Actor.start();
    expect(await holder.do('hold', device)).toBe('OK');
    const {id: rule} = await lab.guard.add(device, {strict: true, pids: [lab.owner.pid]});
    await expectRefusal({
      actor: holder,
      watcher,
      words: [route, '-'],
      op: 'write',
      rule,
      path: device,
      unchanged: () => vm.ok(`md5sum <${lab.path('device')}`),
    });
    await lab.guard.clear();
    expect(await holder.do(route, '-')).toBe('OK');
    await holder.end();
    await vm.ok(['losetup', '-d', device]);
  });
});

describe('the attributes of a file of xfs', () => {
  const file = `${xfs}/secret`;
  const folder = `${xfs}/folder`;
  const attributes = () => lab.owner.do('attributes', file);

  beforeAll(() => vm.ok(`mkdir ${folder}`));

  it.each([
    ['a file', () => lab.guard.add(file, {pids: [lab.owner.pid]})],
    ['a tree', () => lab.guard.add(xfs, {tree: true, ops: ['attr'], pids: [lab.owner.pid]})],
    ['a suffix', () => lab.guard.add(undefined, {suffix: 'cret', pids: [lab.owner.pid]})],
  ])('cannot be set by its handle under a rule about %s', async (_, add) => {
    await make(file);
    const {id: rule} = await add();
    await expectRefusal({
      actor: lab.intruder,
      watcher,
      words: ['xfs-attr', file, folder],
      op: 'attr',
      rule,
      path: folder,
      unchanged: attributes,
    });
    const before = await attributes();
    expect(await lab.owner.do('xfs-attr', file, xfs)).toBe('OK');
    expect(await attributes()).not.toBe(before);
  });

  it('can be, where the rules are about another file system', async () => {
    await make(file, secret);
    await lab.guard.add(secret);
    expect(await lab.intruder.do('xfs-attr', file, xfs)).toBe('OK');
  });
});
