// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {ROOT} from '../../contract/compile.js';
import {newFolder} from '../folder.js';

describe('what the lab keeps', () => {
  it('is for what files hold, not for when they were written', () => {
    /*
     * FGUARD_CACHE/kernels/6.1/   release, vmlinuz, lib/modules/…/modules.dep
     * first/, second/             clones
     */
    const cache = newFolder();
    const kernel = join(cache, 'kernels/6.1');
    const modules = join(kernel, 'lib/modules/6.1.0-1-amd64');
    mkdirSync(modules, {recursive: true});
    writeFileSync(join(modules, 'modules.dep'), '');
    writeFileSync(join(kernel, 'release'), '6.1.0-1-amd64\n');
    writeFileSync(join(kernel, 'vmlinuz'), 'kernel');
    const made = (clone: string): string => {
      for (const folder of ['scripts', 'lab'])
        cpSync(join(ROOT, folder), join(cache, clone, folder), {recursive: true});
      const script = join(cache, clone, 'scripts/initramfs.sh');
      const time = clone.length;
      for (const file of [script, join(kernel, 'vmlinuz')]) utimesSync(file, time, time);
      const env = {...process.env, FGUARD_CACHE: cache};
      return execFileSync(script, ['6.1'], {encoding: 'utf8', env}).trim();
    };
    const first = made('first');
    expect(made('second')).toBe(first);
    expect(readdirSync(kernel).filter((name) => name.endsWith('.cpio'))).toHaveLength(1);
    writeFileSync(join(kernel, 'vmlinuz'), 'another');
    expect(made('third')).not.toBe(first);
  }, 120_000);
});
