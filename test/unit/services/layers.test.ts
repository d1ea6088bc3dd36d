// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {layeredPaths} from '../../../src/services/layers.js';
import {parseMounts} from '../../../src/linux/mounts.js';

const LINES = [
  '20 1 8:1 / / rw - ext4 /dev/sda1 rw',
  '21 20 0:30 / /merged rw - overlay none rw,lowerdir=/low:/lower\\040two/,upperdir=/up,workdir=/w',
  '22 20 0:31 / /odd rw - overlay none rw,lowerdir=/a\\134:b:relative::/data,redirect_dir=on',
  '23 20 0:32 / /new rw - overlay none rw,lowerdir+=/one\\054,lowerdir+=/two,datadir+=/data,upperdir=/up',
  '24 20 0:30 /sub /part rw - overlay none rw,lowerdir=/low,upperdir=/up,workdir=/w',
];
const mounts = parseMounts(LINES.join('\n'));

describe('where a path lies in the layers of an overlay', () => {
  it.each([
    {path: '/merged/dir', found: ['/low/dir', '/lower two/dir', '/up/dir']},
    {path: '/merged', found: ['/low', '/lower two', '/up']},
    {path: '/odd/dir', found: ['/a:b/dir']},
    {path: '/new/dir', found: ['/one,/dir', '/two/dir', '/up/dir']},
    {path: '/part/dir', found: ['/low/sub/dir', '/up/sub/dir']},
    {path: '/srv/dir', found: []},
  ])('$path', ({path, found}) => {
    expect(layeredPaths(mounts, path)).toEqual(found);
  });
});
