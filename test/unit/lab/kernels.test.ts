// SPDX-License-Identifier: MIT
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {chooseKernel} from '../../../src/lab/kernels.js';
import {type Circumstances, requireLab} from '../../../src/lab/requirements.js';
import {newFolder} from '../folder.js';

const RELEASE = '6.1.0-1-test';
const IMAGE = `boot/vmlinuz-${RELEASE}`;
const HEADERS = `lib/modules/${RELEASE}/build/Makefile`;

let root: string;

/*
 * root/
 * └── cache/kernels/newest/release   7.3.1+deb14-amd64
 */
beforeEach(() => {
  root = newFolder();
  put('cache/kernels/newest/release', '7.3.1+deb14-amd64\n');
  vi.stubEnv('FGUARD_CACHE', join(root, 'cache'));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function put(name: string, text = ''): void {
  mkdirSync(dirname(join(root, name)), {recursive: true});
  writeFileSync(join(root, name), text);
}

const choose = (asked: string | undefined): string => chooseKernel(asked, RELEASE, root);

describe('the kernel of a lab', () => {
  it("is this machine's, if it is here to boot", () => {
    put(IMAGE);
    put(HEADERS);
    expect([choose(undefined), choose('own')]).toEqual(['own', 'own']);
  });

  it('is one of Debian otherwise', () => {
    expect(choose(undefined)).toMatch(/^(5|6)\.\d+$/);
  });

  it('is that with the name, or that with such a release', () => {
    expect(['6.12', 'newest', '7.3', '7.3.1'].map(choose)).toEqual([
      '6.12',
      'newest',
      'newest',
      'newest',
    ]);
  });

  it.each(['7', '7.30', '6.1-', 'kernels', '..'])('is not %s', (name) => {
    if (name === '7') expect(choose(name)).toBe('newest');
    else
      expect(() => choose(name)).toThrow(
        `--kernel ${name}: unknown kernel; expected one of own, 5.10`,
      );
  });

  it('of this machine needs its image, and its headers; how to get them is said', () => {
    expect(() => choose('own')).toThrow(
      expect.objectContaining({
        code: 'ENOKERNEL',
        next: [`sudo apt install linux-image-${RELEASE}`, 'fguard lab --kernel 6.1'],
      }),
    );
    put(IMAGE);
    put(`lib/modules/${RELEASE}/modules.dep`);
    const withoutHeaders = expect.objectContaining({
      code: 'EREQUIREMENT',
      next: [`sudo apt install linux-headers-${RELEASE}`, 'fguard lab --kernel 6.1'],
    }) as Error;
    expect(() => choose('own')).toThrow(withoutHeaders);
    expect(() => choose(undefined)).toThrow(withoutHeaders);
  });
});

describe('what a lab needs', () => {
  const all: Circumstances = {arch: 'x64', isRoot: true, has: () => true};
  const without = (...names: string[]): Circumstances => ({
    ...all,
    has: (name) => !names.includes(name),
  });

  it('is nothing more where all is there', () => {
    requireLab('6.12', all);
    requireLab('own', {...all, isRoot: false});
  });

  it('is named together, with the command that installs it', () => {
    expect(() => {
      requireLab('own', without('qemu-system-x86_64', 'gcc', 'debootstrap'));
    }).toThrow(
      expect.objectContaining({
        code: 'ENOPROGRAM',
        message: expect.stringContaining('qemu-system-x86_64, gcc') as string,
        next: ['sudo apt install qemu-system-x86 gcc libc6-dev'],
      }),
    );
  });

  it('is debootstrap and root only for a kernel that is not here yet', () => {
    requireLab('newest', {...without('debootstrap'), isRoot: false});
    expect(() => {
      requireLab('6.12', without('debootstrap'));
    }).toThrow('debootstrap');
    expect(() => {
      requireLab('6.12', {...all, isRoot: false});
    }).toThrow(expect.objectContaining({code: 'EPERM', exitCode: 4}));
  });

  it('is a processor that Debian kernels of the list run on', () => {
    expect(() => {
      requireLab('own', {...all, arch: 'arm64'});
    }).toThrow('arm64');
  });
});
