// SPDX-License-Identifier: MIT
import {Config} from '@oclif/core';
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
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

  it.each(Object.entries(EXAMPLES))('%s is run by the test that sees its claim', (example, row) => {
    if ('script' in row) expect(row.script).toContain('EXAMPLE');
    else {
      const text = textOfTest(row.test, row.title);
      expect(commandWords(example).filter((word) => !holdsWord(text, word))).toEqual([]);
    }
  });
});

/* The command, and its flags: a test has values of its own. */
const commandWords = (example: string): string[] => {
  const last = example.split(/ && | \| /).findLast((part) => /^(?:sudo )?fguard /.test(part)) ?? '';
  const words = last
    .split(' -- ')[0]
    ?.split(' ')
    .filter((word) => !['sudo', 'fguard'].includes(word));
  const [command = '', second = '', ...rest] = words ?? [];
  const flags = [second, ...rest].filter((word) => word.startsWith('--'));
  return command === 'service' ? [`${command} ${second}`, ...flags] : [command, ...flags];
};

const holdsWord = (text: string, word: string): boolean =>
  new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);

const RUNS_FOR_ALL = new Set(['beforeAll', 'beforeEach']);

/* The names of what stands at the top of a file, with what it is. */
function topLevel(file: ts.SourceFile): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined)
      found.set(statement.name.text, statement.getText());
    if (ts.isVariableStatement(statement))
      for (const {name} of statement.declarationList.declarations)
        found.set(name.getText(), statement.getText());
  }
  return found;
}

/** A test of that name which is not skipped, and what it uses of its file, as text. */
function textOfTest(path: string, title: string): string {
  const source = readFileSync(ROOT + path, 'utf8');
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  let isThere = false;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText();
      const [name] = node.arguments;
      const isMeant = name !== undefined && ts.isStringLiteralLike(name) && name.text === title;
      if (isMeant && /^it\b/.test(callee) && !/\.(?:skip|todo)\b/.test(callee)) isThere = true;
      if ((isMeant && isThere) || RUNS_FOR_ALL.has(callee))
        texts.push(...node.arguments.slice(isMeant ? 1 : 0).map((one) => one.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  expect([path, title, isThere]).toEqual([path, title, true]);
  const rest = topLevel(file);
  for (const text of texts)
    for (const [name, used] of rest)
      if (rest.has(name) && holdsWord(text, name)) {
        rest.delete(name);
        texts.push(used);
      }
  return texts.join('\n');
}

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
