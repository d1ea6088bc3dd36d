// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {MATCH_KINDS, OPS, REASONS, VERDICTS} from '../../../src/domain/names.js';
import {explanationDocument} from '../../../src/formats/explanation-document.js';
import {renderExplanation} from '../../../src/ui/explanation.js';
import {width} from '../../../src/ui/width.js';
import {RULE} from '../plain-rule.js';

const value = (names: typeof OPS, name: string): number => names.value(name) ?? -1;

const explained = {
  path: '/srv/d/a\u001b[2J',
  op: value(OPS, 'delete'),
  process: null,
  verdict: value(VERDICTS, 'deny'),
  reason: value(REASONS, 'rule'),
  rule: 2,
  matches: [
    {
      rule: {...RULE, id: 2, path: '/srv', tree: true},
      kind: value(MATCH_KINDS, 'tree'),
      distance: 2,
      concerned: true,
      allowed: false,
      decides: true,
    },
    {
      rule: {...RULE, id: 3, path: null, suffix: '.x'},
      kind: value(MATCH_KINDS, 'suffix'),
      distance: 0,
      concerned: false,
      allowed: true,
      decides: false,
    },
  ],
  answers: [],
  executables: [
    {
      exe: '/a\u001b',
      kind: 'interpreter' as const,
      rules: [2, 3],
      why: '/a\u001b runs anything',
      overwriters: [{path: '/a\u001b', who: ['everybody']}],
    },
  ],
  links: {count: 3, others: ['/srv/other']},
  mounts: ['/mnt/a'],
  beneath: [
    {path: '/dev/sda1', guarded: false},
    {path: '/dev/sda', guarded: true},
    {path: '/srv/my image', guarded: false},
  ],
  holders: [{pid: 7, comm: 'vi', fd: 3, path: '/srv/a', access: 'rw' as const}],
};

describe('an explanation', () => {
  it('says what, who, why, the other names, the device and the holders', () => {
    const text = renderExplanation(explanationDocument(explained), 120);
    for (const part of [
      'deny: delete of /srv/d/a\\x1b[2J by a process no rule allows: rule 2 is the most specific',
      'tree, 2 up',
      'decides',
      'does not apply',
      'by exe: /a\\x1b runs anything (rules 2 and 3)',
      'by exe: /a\\x1b: everybody can overwrite it; whatever they put there is allowed too (rules 2 and 3)',
      '3 hard links, also /srv/other, 1 not found nearby',
      '/mnt/a',
      'its data is on /dev/sda1, /dev/sda (guarded) and /srv/my image: anyone who can open one of them',
      "guard them under those names: fguard protect /dev/sda1 '/srv/my image'",
      'vi[7]',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('\u001b');
    expect(text.match(/decides/g)).toHaveLength(1);
  });

  it('says that what is beneath is guarded too, and nothing where nothing is', () => {
    const text = (beneath: (typeof explained)['beneath']) =>
      renderExplanation(explanationDocument({...explained, beneath}), 120);
    const guarded = text([{path: '/dev/sda', guarded: true}]);
    expect(guarded).toContain('its data is on /dev/sda (guarded)');
    expect(guarded).not.toContain('who can open');
    expect(text([{path: '/dev/sda', guarded: false}])).toContain(
      'anyone who can open that bypasses',
    );
    expect(text([])).not.toContain('beneath');
  });

  it.each([
    ['none', 'allow', 'no rule covers'],
    ['grant', 'allow', 'allows the process'],
    ['rule', 'allow', 'only reports'],
  ])('reason %s', (reason, verdict, text) => {
    const numbers = {reason: value(REASONS, reason), verdict: value(VERDICTS, verdict)};
    expect(explanationDocument({...explained, ...numbers}).why).toContain(text);
  });

  it.each([40, 80, 200])('the table fits %i columns', (columns) => {
    const rows = renderExplanation(explanationDocument(explained), columns).split('\n');
    const table = rows.filter((row) => /^[│┌├└]/.test(row));
    expect(table.length).toBeGreaterThan(3);
    for (const row of table) expect(width(row)).toBeLessThanOrEqual(columns);
  });

  it('says of a rule when it ends', () => {
    const [match] = explained.matches;
    if (match === undefined) throw new Error('no match');
    const rule = {...match.rule, untilClosed: true};
    const document = explanationDocument({...explained, matches: [{...match, rule}]});
    expect(document.matches[0]?.rule.untilClosed).toBe(true);
    expect(renderExplanation(document, 200)).toContain('ends with its command');
    expect(renderExplanation(explanationDocument(explained), 200)).not.toContain('ends ');
  });
});
