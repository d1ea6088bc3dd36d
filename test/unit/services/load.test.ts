// SPDX-License-Identifier: MIT
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {insert} from '../../../src/services/module/load.js';
import {newFolder} from '../folder.js';

const program = (name: string, text: string, folder: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
};

beforeEach(() => {
  const bin = newFolder();
  program(
    'insmod',
    "echo 'insmod: ERROR: could not insert module x: File exists' >&2; exit 1",
    bin,
  );
  program('dmesg', 'exit 0', bin);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH ?? ''}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a module that the kernel refuses', () => {
  it('is no failure once another process has loaded it', async () => {
    expect(await insert('fguard.ko', () => true)).toBe(false);
  });

  it('is one while it is not there', async () => {
    await expect(insert('fguard.ko', () => false)).rejects.toThrow('File exists');
  });
});
