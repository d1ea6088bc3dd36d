// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {parseMounts} from '../../../src/linux/mounts.js';
import {unreachedMounts} from '../../../src/services/mounts-below.js';

/*
 * /
 * └── srv
 *     ├── disk          8:2, /
 *     │   └── deep      0:9, /   in the disk
 *     ├── disk2         8:3, /
 *     ├── again         8:1, /srv/own   the same objects once more
 *     ├── etc           8:1, /etc       of the same filesystem, from elsewhere
 *     └── late          0:10, /         hidden by 0:12, with 0:11 in it
 *         └── lost      0:11, /
 * └── jail
 *     └── proc          0:20, /   of which nothing can be guarded
 *         └── misc      0:21, /
 */
const LINES = [
  '20 1 8:1 / / rw - ext4 /dev/sda1 rw',
  '21 20 8:2 / /srv/disk rw - ext4 /dev/sdb rw',
  '22 21 0:9 / /srv/disk/deep rw - tmpfs tmpfs rw',
  '23 20 8:3 / /srv/disk2 rw - ext4 /dev/sdc rw',
  '24 20 8:1 /srv/own /srv/again rw - ext4 /dev/sda1 rw',
  '25 20 8:1 /etc /srv/etc rw - ext4 /dev/sda1 rw',
  '26 20 0:10 / /srv/late rw - tmpfs tmpfs rw',
  '27 26 0:11 / /srv/late/lost rw - tmpfs tmpfs rw',
  '28 26 0:12 / /srv/late rw - tmpfs tmpfs rw',
  '29 20 0:20 / /jail/proc rw - proc proc rw',
  '30 29 0:21 / /jail/proc/misc rw - binfmt_misc none rw',
];
const mounts = parseMounts(LINES.join('\n'));

const tree = (path: string) => ({path, tree: true, suffix: null});
const suffix = (path: string | null, own: string) => ({path, tree: false, suffix: own});
const ALL = ['/srv/disk', '/srv/disk/deep', '/srv/disk2', '/srv/etc', '/srv/late'];

describe('the mounts that a rule does not reach', () => {
  it.each([
    {title: 'all that show something else', rule: tree('/srv'), found: ALL},
    {title: 'those of a suffix', rule: suffix('/srv', '.docx'), found: ALL},
    {title: 'only those below', rule: tree('/srv/disk'), found: ['/srv/disk/deep']},
    {title: 'none that cannot be guarded', rule: tree('/jail'), found: ['/jail/proc/misc']},
    {title: 'a name that only begins so', rule: tree('/sr'), found: []},
    {title: 'none of a single object', rule: {...tree('/srv'), tree: false}, found: []},
    {title: 'none of a suffix everywhere', rule: suffix(null, '.docx'), found: []},
    {
      title: 'what is shown of a whole filesystem',
      rule: tree('/'),
      found: [...ALL.toSpliced(3, 1), '/jail/proc/misc'],
    },
  ])('$title', ({rule, found}) => {
    expect(unreachedMounts(mounts, rule, [rule])).toEqual(found);
  });

  it.each([
    {title: 'another tree', other: tree('/srv/disk'), without: '/srv/disk'},
    {title: 'a tree where it comes from', other: tree('/etc'), without: '/srv/etc'},
    {title: 'the deeper of two trees', other: tree('/srv/disk/deep'), without: '/srv/disk/deep'},
  ])('not those that $title reaches', ({other, without}) => {
    const rule = tree('/srv');
    expect(unreachedMounts(mounts, rule, [rule, other])).toEqual(
      ALL.filter((path) => path !== without),
    );
  });

  it.each([
    {title: 'a rule about the directory alone', other: {...tree('/srv/disk'), tree: false}},
    {title: 'a suffix', other: suffix('/srv/disk', '.docx')},
    {title: 'a part', other: tree('/srv/disk/part')},
  ])('also those of which $title guards less', ({other}) => {
    const rule = tree('/srv');
    expect(unreachedMounts(mounts, rule, [rule, other])).toEqual(ALL);
  });

  it('none of a suffix that counts everywhere', () => {
    const rule = suffix('/srv', '.docx');
    expect(unreachedMounts(mounts, rule, [rule, suffix(null, '.docx')])).toEqual([]);
    expect(unreachedMounts(mounts, rule, [rule, suffix(null, '.pdf')])).toEqual(ALL);
  });
});
