// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {PATIENCE} from '../runner/patience.js';
import type {Vm} from '../runner/vm.js';
import {isLoaded, prepare, read} from './guarded.js';
import {boot, newDisk, property} from './machine.js';

/* About five minutes for an emulated processor. */
const BUILD_TIME = 1_200_000 * PATIENCE;

let vm: Vm;
let release: string;

/*
 * /lib/modules/RELEASE/
 * ├── build -> /usr/src/linux-headers-RELEASE
 * └── updates/               empty: a kernel for which nobody has built the module
 */
beforeAll(async () => {
  vm = await boot('6.1', newDisk('bookworm', 'build'));
  await prepare(vm);
  release = (await vm.ok('uname -r')).trim();
  await vm.ok(`rm /lib/modules/${release}/updates/fguard.ko`);
});

afterAll(() => vm.kill());

/* What a build could leave behind, with sizes. */
const everything = (): Promise<string> =>
  vm.ok(
    `find /lib/modules /var/cache/fguard /var/lib/fguard /tmp -type f -printf '%p %s\\n' 2>/dev/null | sort`,
  );

describe('the service on a machine without the module', () => {
  it('that has no headers does not start, says what is missing, and changes nothing', async () => {
    await vm.ok('mv /usr/src /usr/away');
    const before = await everything();
    expect((await vm.run('fguard service install')).code).toBe(1);
    expect((await vm.run('systemctl is-enabled fguard')).stdout).toBe('disabled\n');
    expect(await vm.ok('systemctl --failed --no-legend')).toBe('');
    expect((await vm.run('systemctl start fguard')).code).not.toBe(0);
    expect(await vm.ok('journalctl -b -u fguard-module -o cat')).toContain(
      `cannot build: missing the headers of kernel ${release}`,
    );
    expect(await everything()).toBe(before);
    expect(await isLoaded(vm)).toBe(false);
    for (const unit of ['fguard-log', 'fguard-agent'])
      expect(await property(vm, unit, 'ActiveState')).toBe('inactive');
    expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 0});
    await vm.ok('mv /usr/away /usr/src && systemctl reset-failed fguard-module');
  });

  it(
    'that has headers and a compiler builds it, and guards',
    async () => {
      await vm.ok('systemctl start fguard', {timeout: BUILD_TIME});
      expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 1, stdout: ''});
      expect(
        await vm.ok(`modinfo -F vermagic /lib/modules/${release}/updates/fguard.ko`),
      ).toContain(release);
      expect(await vm.ok('ls /tmp')).toBe('');
      await vm.checkKernelLog();
    },
    BUILD_TIME,
  );

  it('finds what it has built at the next start', async () => {
    await vm.ok('systemctl restart fguard');
    expect(await read(vm, '/srv/deep/secret')).toMatchObject({code: 1});
    const words = await vm.ok('journalctl -b -u fguard-module -o cat');
    expect(words.match(/building the module/g)).toHaveLength(1);
    await vm.shutdown();
  });
});
