// SPDX-License-Identifier: MIT
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {runCommand} from '../../../src/linux/command.js';
import {newFolder} from '../folder.js';

describe('a program that cannot be started', () => {
  it('is named, if it is not there', async () => {
    await expect(runCommand('/no/such/program', [])).rejects.toMatchObject({
      code: 'ENOPROGRAM',
      message: expect.stringContaining('/no/such/program') as string,
    });
  });

  it('is named, if a rule keeps us from it', async () => {
    const program = join(newFolder(), 'program');
    writeFileSync(program, '#!/bin/sh\n', {mode: 0o644});
    await expect(runCommand(program, [])).rejects.toMatchObject({
      code: 'EACCES',
      message: `cannot start ${program}: permission denied`,
      next: ['sudo fguard rules'],
    });
  });
});
