// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {type EventRecord, records} from '../../../src/domain/records.js';
import {eventJson} from '../../../src/formats/event-json.js';
import {eventLine} from '../../../src/ui/event-line.js';
import {width} from '../../../src/ui/width.js';
import {type AccessFields, packAccess, packGap} from '../records.js';

const names: Record<number, string> = {0: 'root', 1000: 'ann'};
const userName = (uid: number): string => names[uid] ?? String(uid);

function one(bytes: Buffer): EventRecord {
  const [record] = records(bytes);
  if (record === undefined) throw new Error('no record');
  return record;
}

const line = (fields: Partial<AccessFields>, columns: number): string =>
  eventLine(one(packAccess(fields)), userName, columns);

describe('an event for a person', () => {
  it('says when, what, who, why and where', () => {
    const text = line({op: 5, newPath: '/srv/b'}, 120);
    expect(text).toMatch(/^\d\d:\d\d:\d\d\.123 deny {2}rename {3}rm\[100\] ann→root .*rule 7/);
    expect(text.endsWith('/srv/a.db -> /srv/b\n')).toBe(true);
  });

  it('columns stand in line, whatever the names', () => {
    const at = (fields: Partial<AccessFields>): number => {
      const text = line({...fields, path: '/PATH'}, 120);
      return width(text.slice(0, text.indexOf('/PATH')));
    };
    const places = ['rm', 'a-longer-name', '文書文書文書文書', 'x\u001b[31m'].map((comm) =>
      at({comm}),
    );
    expect(new Set(places).size).toBe(1);
  });

  it.each([20, 40, 60, 80, 100, 200])('no line is wider than %i columns', (columns) => {
    const path = `/srv/${'文書/'.repeat(30)}${' '.repeat(70)}00:00:00.000 allow`;
    const rows = line({path}, Math.max(columns, 51)).trimEnd().split('\n');
    for (const row of rows) expect(width(row)).toBeLessThanOrEqual(Math.max(columns, 51));
  });

  it('a path laid out to look like another event does not begin a line', () => {
    const forged = '12:00:00.000 allow read     sshd[1] root /etc/shadow';
    const path = `/tmp/${' '.repeat(300)}${forged}`;
    const rows = line({path}, 80).trimEnd().split('\n');
    expect(rows.slice(1).every((row) => row.startsWith('    '))).toBe(true);
  });

  it('shows a gap in line', () => {
    const text = eventLine(one(packGap(2, 120, 0n, 1n)), userName, 80);
    expect(text).toContain('120 events lost');
  });
});

describe('an event for a program', () => {
  it('has every key, and null where there is nothing', () => {
    const fields = {rule: 0, loginuid: 4294967295, exe: '', reason: 0, verdict: 0, op: 0};
    expect(JSON.parse(eventJson(one(packAccess(fields)), userName))).toEqual({
      type: 'access',
      seq: 1,
      time: '2026-01-01T00:00:00.123456Z',
      op: 'read',
      verdict: 'allow',
      reason: 'none',
      rule: null,
      pid: 100,
      tid: 101,
      ppid: 1,
      comm: 'rm',
      exe: null,
      uid: 0,
      loginuid: null,
      user: null,
      path: '/srv/a.db',
      newPath: null,
      flags: [],
    });
  });

  it('is one line whatever the path', () => {
    const text = eventJson(one(packAccess({path: '/a\nb\u2028c\udcff'})), userName);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toMatchObject({path: '/a\nb\u2028c\udcff', user: 'ann'});
  });
});
