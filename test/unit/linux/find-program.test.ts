// SPDX-License-Identifier: MIT
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {findProgram} from '../../../src/linux/find-program.js';
import {newFolder} from '../folder.js';

/*
 * folder
 * ├── first
 * │   ├── data       a file that nobody may execute
 * │   └── tool/      a folder
 * └── second
 *     ├── data
 *     └── tool
 */
const folder = newFolder();
const [first, second] = [join(folder, 'first'), join(folder, 'second')];
mkdirSync(join(first, 'tool'), {recursive: true});
mkdirSync(second);
writeFileSync(join(first, 'data'), '', {mode: 0o644});
for (const name of ['data', 'tool']) writeFileSync(join(second, name), '', {mode: 0o755});

describe('a program', () => {
  it.each(['tool', 'data'])('is the first that can be executed: %s', (name) => {
    expect(findProgram(name, `${first}:${second}`)).toBe(join(second, name));
  });

  it('is not looked for in the current folder', () => {
    expect(findProgram('package.json', '::')).toBeUndefined();
    expect(findProgram('tool', first)).toBeUndefined();
  });

  it('with a slash is the one at that place', () => {
    expect(findProgram(join(second, 'tool'), '')).toBe(join(second, 'tool'));
    expect(findProgram(join(first, 'tool'), second)).toBeUndefined();
  });
});
