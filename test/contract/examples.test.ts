// SPDX-License-Identifier: MIT
import {Config} from '@oclif/core';
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

import {EXAMPLES} from '../examples.js';
import {ROOT} from './compile.js';

/* What stands in a block of the README: after a prompt of root, up to a remark. */
function examplesOfReadme(): string[] {
  const blocks = readFileSync(`${ROOT}README.md`, 'utf8').match(/^```(?:sh|console)\n[^]*?^```/gm);
  return (blocks ?? [])
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /^(?:# )?(fguard .*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []);
}

/* The manual pages are made of these, too. */
async function examplesOfHelp(): Promise<string[]> {
  const {bin, commands} = await Config.load({root: ROOT, userPlugins: false});
  return commands
    .filter(({pluginName}) => pluginName === 'fguard')
    .flatMap(({examples}) => examples ?? [])
    .map((example) => (typeof example === 'string' ? example : example.command))
    .map((command) => command.replaceAll('<%= config.bin %>', bin));
}

describe('the examples', () => {
  it('of help and README each have a claim that is seen, and no row is of none', async () => {
    const all = [...(await examplesOfHelp()), ...examplesOfReadme()];
    expect(Object.keys(EXAMPLES).sort()).toEqual([...new Set(all)].sort());
  });

  it('that another test sees stand there', () => {
    for (const [example, row] of Object.entries(EXAMPLES))
      if ('test' in row)
        expect([example, readFileSync(`${ROOT}${row.test}`, 'utf8').includes(row.text)]).toEqual([
          example,
          true,
        ]);
      else expect([example, row.script]).toEqual([example, expect.stringContaining('EXAMPLE')]);
  });
});
