// SPDX-License-Identifier: MIT
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {beneath} from '../../../src/linux/beneath.js';
import {BypassSearch} from '../../../src/services/bypasses.js';
import {mountOf, parseMounts} from '../../../src/linux/mounts.js';
import {OPS} from '../../../src/domain/names.js';
import {fguard_else} from '../../../src/domain/uapi.gen.js';
import {newFolder} from '../folder.js';
import {RULE} from '../plain-rule.js';

/*
 * /            dm-0, made of sda2, which is a part of sda, and of sdb
 * ├── dev      the nodes, on no device
 * ├── image    /srv/image, by the second part of loop0
 * ├── gone     loop1, whose file was deleted
 * ├── pool     btrfs, on sdc and sdd
 * ├── far      FUSE, with a source that is no block device
 * └── array    cciss!c0d0
 */
const root = newFolder();
const LINES = [
  '20 1 253:0 / / rw - ext4 /dev/mapper/v-root rw',
  '21 20 0:6 / /dev rw - devtmpfs udev rw',
  '22 20 259:2 / /image rw - ext4 /dev/loop0p2 rw',
  '23 20 7:1 / /gone rw - ext4 /dev/loop1 rw',
  '24 20 0:31 /sub /pool rw - btrfs /dev/sdd rw',
  '25 20 0:32 / /far rw - fuse /dev/fuse rw',
  '26 20 104:0 / /array rw - xfs /dev/cciss/c0d0 rw',
];
const mounts = parseMounts(LINES.join('\n'));

function file(path: string, content = ''): void {
  mkdirSync(dirname(join(root, path)), {recursive: true});
  writeFileSync(join(root, path), content);
}

/** A block device by its folder in sysfs. */
function device(folder: string, number: string, files: Record<string, string> = {}): void {
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  file(`sys/devices/${folder}/dev`, number);
  for (const [path, content] of Object.entries(files))
    file(`sys/devices/${folder}/${path}`, content);
  for (const link of [`sys/class/block/${name}`, `sys/dev/block/${number}`]) {
    mkdirSync(dirname(join(root, link)), {recursive: true});
    symlinkSync(join(root, 'sys/devices', folder), join(root, link));
  }
}

device('sda', '8:0');
device('sda/sda2', '8:2', {partition: '2\n'});
device('sdb', '8:16');
device('dm-0', '253:0', {'slaves/sda2/x': '', 'slaves/sdb/x': ''});
device('loop0', '7:0', {'loop/backing_file': '/srv/image\n'});
device('loop0/loop0p2', '259:2', {partition: '2\n'});
device('loop1', '7:1', {'loop/backing_file': '/srv/old (deleted)\n'});
device('sdc', '8:32');
device('sdd', '8:48');
device('cciss!c0d0', '104:0');
file('sys/fs/btrfs/features/x');
for (const name of ['sdc', 'sdd']) file(`sys/fs/btrfs/0-1/devices/${name}/x`);
file('srv/image');

const DISKS = ['/dev/dm-0', '/dev/sda2', '/dev/sda', '/dev/sdb'];
const IMAGE = ['/dev/loop0p2', '/dev/loop0', '/srv/image'];

describe('what is beneath', () => {
  it.each([
    {path: '/srv/a.db', found: DISKS},
    {path: '/image/x', found: [...IMAGE, ...DISKS]},
    {path: '/gone/x', found: ['/dev/loop1']},
    {path: '/pool/x', found: ['/dev/sdd', '/dev/sdc']},
    {path: '/dev/sda', found: []},
    {path: '/far/x', found: []},
    {path: '/array/x', found: ['/dev/cciss/c0d0']},
  ])('$path is $found', ({path, found}) => {
    expect(beneath(mounts, mountOf(mounts, path), root)).toEqual(found);
  });
});

describe('a way past the rules', () => {
  const rule = {...RULE, path: '/srv/a.db'};
  const read = {...rule, ops: OPS.toMask(['read'])};
  const change = {...rule, ops: OPS.toMask(['write', 'delete'])};
  const open = (rules: (typeof rule)[], path: string | null = '/srv/a.db') => {
    const all = path === null ? rules : [{...rule, path}, ...rules];
    const found = new BypassSearch(all, mounts, root).belowAll();
    return found.filter(({guarded}) => !guarded).map((bypass) => bypass.path);
  };
  const guard = (path: string, more: object = {}) => ({...RULE, path, ...more});

  it.each([
    {title: 'everything that no rule guards', rules: [], left: DISKS},
    {
      title: 'not what a rule guards',
      rules: [guard('/dev/sda'), guard('/dev/sdb')],
      left: ['/dev/dm-0', '/dev/sda2'],
    },
    {title: 'not what is in a guarded tree', rules: [guard('/dev', {tree: true})], left: []},
    {title: 'what a directory is guarded without', rules: [guard('/dev')], left: DISKS},
    {title: 'what a tree ends before', rules: [guard('/', {tree: true})], left: DISKS},
    {
      title: 'what a rule only reports',
      rules: [guard('/dev', {tree: true, elseAction: fguard_else.FGUARD_ELSE_LOG})],
      left: DISKS,
    },
    {
      title: 'what a closer rule only reports',
      rules: [
        guard('/dev', {tree: true}),
        guard('/dev/sdb', {elseAction: fguard_else.FGUARD_ELSE_LOG}),
      ],
      left: ['/dev/sdb'],
    },
    {
      title: 'what is not guarded against reading',
      rules: [guard('/dev', {tree: true, ops: change.ops})],
      left: DISKS,
    },
    {
      title: 'not what two rules guard together',
      rules: [
        guard('/dev', {tree: true, ops: change.ops}),
        ...DISKS.map((path) => guard(path, {ops: read.ops})),
      ],
      left: [],
    },
    {title: 'what a suffix may not name', rules: [guard('/dev', {suffix: 'a'})], left: DISKS},
  ])('is $title', ({rules, left}) => {
    expect(open(rules)).toEqual(left);
  });

  it('of what must not be changed is not who may only read', () => {
    const dev = (ops: number) => guard('/dev', {tree: true, ops});
    expect(open([change, dev(change.ops)], null)).toEqual([]);
    expect(open([read, dev(change.ops)], null)).toEqual(DISKS);
    expect(open([read, dev(read.ops)], null)).toEqual([]);
  });

  it('is none for rules that keep nobody out, or say nothing of content', () => {
    expect(open([{...rule, elseAction: fguard_else.FGUARD_ELSE_LOG}], null)).toEqual([]);
    expect(open([{...rule, against: true}], null)).toEqual([]);
    expect(open([{...rule, ops: OPS.toMask(['exec', 'mount'])}], null)).toEqual([]);
  });

  it('is told once, whatever number of rules it is past', () => {
    const image = guard('/image/a');
    expect(open([image, rule, image, guard('/dev/loop0p2')], null)).toEqual([
      ...IMAGE.slice(1),
      ...DISKS,
    ]);
  });

  it('of a suffix that counts everywhere is whatever is mounted', () => {
    const everywhere = {...RULE, path: null, suffix: '.docx'};
    const found = new BypassSearch([everywhere], mounts, root).belowAll();
    expect(found.map(({path}) => path)).toEqual([
      ...DISKS,
      ...IMAGE,
      '/dev/loop1',
      '/dev/sdd',
      '/dev/sdc',
      '/dev/cciss/c0d0',
    ]);
  });

  it('of one path is judged by the rules about that path', () => {
    const search = new BypassSearch([guard('/dev', {tree: true, ops: read.ops})], mounts, root);
    const below = (about: (typeof rule)[]) => search.below('/gone/x', about);
    expect(below([read])).toEqual([{path: '/dev/loop1', guarded: true}]);
    expect(below([read, change])).toEqual([{path: '/dev/loop1', guarded: false}]);
    expect(below([])).toEqual([{path: '/dev/loop1', guarded: false}]);
  });
});
