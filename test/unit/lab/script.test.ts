// SPDX-License-Identifier: MIT
import {existsSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {expect, it, vi} from 'vitest';

import {runScript} from '../../../src/lab/script.js';
import {packageFile} from '../../../src/linux/package-root.js';
import {eventually} from '../eventually.js';
import {newFolder} from '../folder.js';

/** The name that leads to a script of our own. */
function script(text: string): string {
  const file = join(newFolder(), 'own');
  writeFileSync(`${file}.sh`, text);
  return relative(packageFile('scripts'), file);
}

it('gives what was printed, and tells every line', async () => {
  const lines: string[] = [];
  const name = script('echo "$1"; echo beside >&2; echo b');
  expect(await runScript(name, ['a c'], {onLine: (line) => lines.push(line)})).toBe('a c\nb');
  expect(lines.sort()).toEqual(['a c', 'b', 'beside']);
});

it('that fails is shown with its last words', async () => {
  vi.stubEnv('FGUARD_CACHE', newFolder());
  await expect(runScript('kernel', ['no-such'])).rejects.toMatchObject({
    code: 'EPREPARE',
    exitCode: 1,
    output: expect.stringContaining('no kernel "no-such"') as string,
  });
});

it('that needs root says so', async () => {
  const name = script(`. ${packageFile('scripts/lib.sh')}; exit "$not_root"`);
  vi.stubEnv('FGUARD_CACHE', newFolder());
  await expect(runScript(name, [])).rejects.toMatchObject({code: 'EPERM', exitCode: 4});
});

it('that is interrupted ends with all that it started', async () => {
  const controller = new AbortController();
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    controller.abort();
  };
  const name = script('tail -f /dev/null & echo $!; wait');
  await expect(runScript(name, [], {onLine, signal: controller.signal})).rejects.toMatchObject({
    exitCode: 130,
  });
  /* What has ended and was not waited for yet is there still, as a name. */
  await eventually(() => {
    expect(existsSync(`/proc/${lines[0] ?? ''}/exe`)).toBe(false);
  });
});
