// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {mountOf, otherPaths, parseMounts} from '../../../src/linux/mounts.js';

/*
 * /          8:1, /
 * ├── data   8:2, /          then hidden by tmpfs 0:9
 * ├── a b    8:2, /in        a bind mount, with an optional field
 * └── deep   8:2, /in/deep
 */
const mounts = parseMounts(
  [
    '20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
    '21 20 8:2 / /data rw,relatime - ext4 /dev/sdb rw',
    '22 20 8:2 /in /a\\040b rw shared:2 master:1 - ext4 /dev/sdb rw',
    '23 20 8:2 /in/deep /deep rw - ext4 /dev/sdb rw',
    '24 20 0:9 / /late rw - tmpfs tmpfs rw',
    '',
  ].join('\n'),
);

describe('mounts', () => {
  it.each([
    ['/x', '/'],
    ['/data/in/x', '/data'],
    ['/database', '/'],
    ['/a b/x', '/a b'],
    ['/', '/'],
  ])('%s lies in %s', (path, point) => {
    expect(mountOf(mounts, path)?.point).toBe(point);
  });

  it('of several at one place the last counts', () => {
    const [over] = parseMounts('30 20 0:10 / /data rw - tmpfs over rw');
    if (over === undefined) throw new Error('no mount');
    expect(mountOf([...mounts, over], '/data/x')).toBe(over);
  });

  it.each([
    ['/data/in/deep/x', ['/a b/deep/x', '/deep/x']],
    ['/deep/x', ['/data/in/deep/x', '/a b/deep/x']],
    ['/deep', ['/data/in/deep', '/a b/deep']],
    ['/data/in', ['/a b']],
    ['/data/elsewhere', []],
    ['/x', []],
  ])('%s is also %j', (path, others) => {
    expect(otherPaths(mounts, path)).toEqual(others);
  });
});
