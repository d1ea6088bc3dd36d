// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {ruleDocument} from '../../../src/domain/rule.js';
import {renderRules} from '../../../src/ui/rules-table.js';
import {columnWidths} from '../../../src/ui/table.js';
import {fit, pieces, width} from '../../../src/ui/width.js';
import {RULE} from '../plain-rule.js';

describe('widths', () => {
  const cells = (...texts: string[]) => texts.map((text) => [{text}]);

  it('the widest column gives way until all fit', () => {
    const rows = [cells('id', 'object', 'why'), cells('1', 'x'.repeat(100), 'y'.repeat(40))];
    const widths = columnWidths(rows, 80) ?? [];
    expect(widths[0]).toBe(2);
    expect(widths.reduce((sum, own) => sum + own + 3, 1)).toBe(80);
  });

  it('nothing shrinks without need, or until it cannot be read', () => {
    expect(columnWidths([cells('ab', 'cd')], Infinity)).toEqual([2, 2]);
    expect(
      columnWidths([cells('a', 'b'), cells('x'.repeat(50), 'y'.repeat(50))], 30),
    ).toBeUndefined();
  });

  it('a text that is too long keeps both ends', () => {
    expect(fit('abcdefghij', 5)).toBe('ab…ij');
    expect(fit('ab', 4)).toBe('ab  ');
    expect(width(fit('文書文書文書', 7))).toBe(7);
  });

  it('pieces are the whole text', () => {
    expect(pieces('abcdefg', 3)).toEqual(['abc', 'def', 'g']);
    expect(pieces('文書x', 3)).toEqual(['文', '書x']);
  });
});

describe('the table of rules', () => {
  const grants = [{pid: 1, comm: 'e\u001b[m', alive: true}];
  const document = ruleDocument({...RULE, path: '/a\nb', name: 'n\u202e', grants});
  const names = {user: (uid: number) => `user${uid}`, group: (gid: number) => `group${gid}`};

  it('says of a rule of an agent that it ends with that', () => {
    const ending = ruleDocument({...RULE, untilClosed: true});
    expect(ending.untilClosed).toBe(true);
    expect(renderRules([ending], names, 200)).toContain('with its command');
    expect(ruleDocument(RULE).untilClosed).toBe(false);
    expect(renderRules([ruleDocument(RULE)], names, 200)).toContain('never');
  });

  it('escapes what others named', () => {
    const table = renderRules([document], names);
    expect(table).toContain('/a\\nb');
    expect(table).toContain('n\\u{202e}');
    expect(table).toContain('1 e\\x1b[m');
    expect(table).not.toMatch(/[\u001b\u202e]/);
  });

  it.each([30, 40, 60, 80, 100, 200])('fits %i columns, and says all', (columns) => {
    const long = {...document, match: {...document.match, path: `/srv/${'x'.repeat(150)}`}};
    const rows = renderRules([long, document], names, columns).split('\n');
    for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns);
    expect(rows.join('').match(/x/g)?.length).toBeGreaterThanOrEqual(150);
  });

  it('is a table on a usual terminal, and a line for each rule without one', () => {
    const rule = ruleDocument({...RULE, exes: ['/usr/sbin/postgres'], uids: [112]});
    const wide = {expiresAt: Date.now() + 5_430_000, untilExit: true, denied: 5_000_000_000};
    const all = [ruleDocument({...RULE, ...wide, exes: ['/usr/sbin/postgres']}), rule, document];
    const [head = '', first = ''] = renderRules(all, names, 80).split('\n');
    expect(head).toMatch(/^id +object +operations +allowed +otherwise +hits +expires$/);
    expect(first).toMatch(/^1 +\/srv\/a\.db +all +exe /);
    const lines = renderRules([rule, document], names).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/exe \/usr\/sbin\/postgres and user user112 {2,}deny EACCES/);
    expect(lines.join('\n')).not.toMatch(/[│─]/);
  });

  const shown = (rule: object): string => {
    const rows = renderRules([ruleDocument({...RULE, ...rule})], names, 200).split('\n');
    return rows.map((row) => row.replace(/[│ ]+/g, ' ').trim()).join('\n');
  };

  it.each([
    ['a tree', {tree: true}, ['/srv/a.db', 'and everything in it']],
    ['a suffix', {path: null, suffix: '.docx'}, ['*.docx', 'everywhere']],
    ['a suffix below', {suffix: '.docx'}, ['*.docx', 'below /srv/a.db']],
    ['strict', {strict: true}, ['strict']],
    ['nobody', {}, ['nobody', 'never']],
    ['descendants', {grants, children: true, untilExit: true}, ['and descendants', 'at exit']],
    ['one kind', {exes: ['/bin/a', '/bin/b']}, ['exe /bin/a', 'or /bin/b']],
    ['kinds', {uids: [1], gids: [2], loginuids: [3]}, ['user user1', 'and group group2']],
    ['a cgroup', {loginuids: [3], cgroups: ['/c']}, ['login user3', 'and cgroup /c']],
    ['an end', {expiresAt: Date.now() + 5_430_000}, ['in 1h 30m']],
  ])('says of %s', (_name, rule, texts) => {
    const table = shown(rule);
    for (const text of texts) expect(table).toContain(text);
  });
});
