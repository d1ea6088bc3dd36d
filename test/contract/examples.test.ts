// SPDX-License-Identifier: MIT
import {Config} from '@oclif/core';
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';

import {EXAMPLES} from '../examples.js';
import {ROOT} from './compile.js';

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`),
];

/* The commands in a block of a page, without remarks; test/vm/pages.vm.test.ts types console blocks. */
function examplesOfPage(page: string): string[] {
  const blocks = readFileSync(ROOT + page, 'utf8').match(/^```sh\n[^]*?^```/gm);
  return (blocks ?? [])
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /^(fguard .*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []);
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
  it('of help and pages each have a claim that is seen, and no row is of none', async () => {
    const all = [...(await examplesOfHelp()), ...PAGES.flatMap(examplesOfPage)];
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

/* In backquotes with a folder that is there, up to a wildcard or a name to fill in. */
const NAMED = /`((?:bin|docs|kmod|lab|libnetlink|packaging|schemas|scripts|src|test)\/[\w./-]*)`/g;

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(ROOT + page, 'utf8');

  it('names files that exist', () => {
    const named = [...text.matchAll(NAMED)].map(([, file = '']) => file);
    expect(named.filter((file) => !file.includes('NAME') && !existsSync(ROOT + file))).toEqual([]);
  });

  it('links to pages and headings that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, file = '', heading]) => {
      const target = path.join(ROOT, path.dirname(page), file || path.basename(page));
      return !existsSync(target) || (heading && !headings(target).includes(heading));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/* As code hosts name them. */
function headings(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
