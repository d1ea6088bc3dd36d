// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';

import {encodePath} from '../../../src/domain/text.js';
import {shellWord} from '../../../src/domain/shell-word.js';
import {layerWarnings, unreachedFlags, unreachedWarnings} from '../../../src/ui/unreached.js';
import {RULE} from '../plain-rule.js';

describe('a word for the shell', () => {
  it.each([
    ['/srv/a-b_c.d', '/srv/a-b_c.d'],
    ['', "''"],
    ['/a b', "'/a b'"],
    ['~', "'~'"],
    ["/it's $HOME", "'/it'\\''s $HOME'"],
    ['/a\n\u001b[2Jb', "$'/a\\x0a\\x1b[2Jb'"],
    ["'\\\u202e", "$'\\x27\\x5c\\xe2\\x80\\xae'"],
    ['/\udcff0', "$'/\\xff0'"],
    ['/文書', "'/文書'"],
  ])('%j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
    const printed = execFileSync('bash', ['-c', `printf %s ${word}`]);
    expect(printed).toEqual(encodePath(text));
  });
});

describe('what is not guarded, because mounted below', () => {
  const rule = (...unreached: {path: string; isDirectory: boolean}[]) => ({
    rule: {...RULE, tree: true},
    exists: true,
    replaced: false,
    isDirectory: true,
    links: null,
    unreached,
  });
  const typed = [
    {flag: 'tree', input: '--tree'},
    {flag: 'pid', input: '12'},
    {flag: 'pid', input: '13'},
    {flag: 'name', input: 'mine'},
    {flag: 'exe', input: '/opt/my program'},
    {flag: 'json', input: '--json'},
  ];

  it('is nothing where all is reached', () => {
    expect(unreachedWarnings([rule()], typed)).toEqual([]);
  });

  it('is guarded by one command more, for the same subjects', () => {
    const [disk, again] = ['/srv/d', '/srv/e f'].map((path) => ({path, isDirectory: true}));
    if (disk === undefined || again === undefined) throw new Error('no mounts');
    expect(unreachedWarnings([rule(disk), rule(disk, again)], typed)).toEqual([
      "file systems mounted below are not guarded; to guard them too: fguard protect /srv/d '/srv/e f' --tree --pid 12 --pid 13 --exe '/opt/my program'",
    ]);
  });

  it('is so, too, in the layers of an overlay', () => {
    const layers = [{path: '/up/d', isDirectory: true}];
    expect(layerWarnings([{layers}, {layers}], typed)).toEqual([
      "in the layers of an overlay, only regular files are guarded; to guard the rest there: fguard protect /up/d --tree --pid 12 --pid 13 --exe '/opt/my program'",
    ]);
    expect(layerWarnings([{layers: []}], typed)).toEqual([]);
    expect(layerWarnings([{layers}], [{flag: 'pid', input: '1'}])).toEqual([
      expect.stringMatching(/ --tree --pid 1$/),
    ]);
    expect(layerWarnings([{layers}], [{flag: 'suffix', input: '.x'}])).toEqual([
      expect.stringMatching(/ protect \/up\/d --suffix \.x$/),
    ]);
  });

  it('is guarded as itself where it is a file', () => {
    expect(unreachedWarnings([rule({path: '/srv/f', isDirectory: false})], typed)).toEqual([
      "file systems mounted below are not guarded; to guard them too: fguard protect /srv/f --pid 12 --pid 13 --exe '/opt/my program'",
    ]);
  });

  it('is guarded by flags more of a run', () => {
    const disk = {path: '/srv/e f', kind: 'protect'};
    expect(unreachedFlags([disk, {path: '/srv/f', kind: 'deny'}, disk])).toMatch(
      /: --protect '\/srv\/e f' --deny \/srv\/f$/,
    );
    expect(unreachedFlags([])).toBeUndefined();
  });
});
