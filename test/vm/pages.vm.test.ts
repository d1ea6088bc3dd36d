// SPDX-License-Identifier: MIT
// Each console block of README and docs/ is typed here, one after the other, and prints what the page says.
import {readFileSync, readdirSync} from 'node:fs';
import {afterAll, describe, expect, it} from 'vitest';
import {asPrinted, consoleBlocks, pageScript, pattern} from './helper/console.js';
import {PRELUDE} from '../examples.js';
import {vm} from './runner/shared.js';

const ROOT = new URL('../../', import.meta.url);
const PAGES = ['README.md', ...readdirSync(new URL('docs/', ROOT)).map((name) => `docs/${name}`)];

/* A page is a few dozen commands, each of which starts Node. */
const LIMIT = 15 * 60_000;

const blocksOf = (page: string) => consoleBlocks(readFileSync(new URL(page, ROOT), 'utf8'));

const pages = PAGES.map((page) => ({page, blocks: blocksOf(page)})).filter(
  ({blocks}) => blocks.length > 0,
);

afterAll(async () => {
  await vm.run('fguard load -q; fguard clear -q; umount -l /srv /home; rm -rf /etc/fguard');
});

/* A page begins on a machine that has no module, so that the numbers of its rules are from 1. */
function wholeScript(page: string): string {
  const blocks = blocksOf(page);
  const loads = blocks.flat().some(({command}) => command.startsWith('fguard load'));
  const load = loads ? '' : 'fguard load -q';
  return `fguard unload -q --force\n${PRELUDE}\nset +e\n${load}\n${pageScript(blocks)}`;
}

describe.each(pages)('what is typed in $page', ({page, blocks}) => {
  it(
    'prints what stands there',
    async () => {
      await vm.run(wholeScript(page), {timeout: LIMIT});
      const printed = async (file: string) => asPrinted(await vm.ok(`cat /tmp/page/${file}`));
      const number = (at: number) => String(at).padStart(2, '0');
      for (const [b, block] of blocks.entries())
        for (const [c, {command, printed: expected}] of block.entries())
          expect(`# ${command}\n${await printed(`${number(b)}.${number(c)}`)}`).toMatch(
            new RegExp(`^# ${escape(command)}\\n${pattern(expected).source.slice(1)}`),
          );
    },
    LIMIT,
  );
});

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
