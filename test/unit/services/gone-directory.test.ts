// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {expect, it} from 'vitest';

it('says that the current directory is gone, not that there is a bug', () => {
  const script = 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec node "$0" check a.yaml';
  const run = process.cwd() + '/bin/run.js';
  const {stderr} = spawnSync('sh', ['-c', script, run], {encoding: 'utf8'});
  expect(stderr).toContain('the current directory is gone');
  expect(stderr).not.toContain('this is a bug');
});
